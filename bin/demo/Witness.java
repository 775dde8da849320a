import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Says what a Kafka broker holds, by the official client. Run as a single source file with the broker's own jars; takes one command a
 * line, and ends with its input. Each answer is any number of lines with tabs between the fields, then a line with a dot; a failure is a line that
 * begins with an exclamation mark.
 *
 *   transaction ID     the state of a transactional id, as its coordinator says
 *   read TOPIC         partition, key and value of every committed record, each partition in the order of its offsets
 *   offsets GROUP TOPIC  partition, the group's committed offset (or -), and the end of the partition
 */
public final class Witness {
	private final String brokers;
	private final PrintWriter out =
		new PrintWriter(new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8)));

	private Witness(String brokers) {
		this.brokers = brokers;
	}

	public static void main(String[] args) throws Exception {
		Witness witness = new Witness(args[0]);
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		try (Admin admin = Admin.create(witness.settings())) {
			for (String line = in.readLine(); line != null; line = in.readLine()) {
				try {
					witness.answer(admin, line.split(" "));
				} catch (Exception error) {
					Throwable cause = error.getCause() == null ? error : error.getCause();
					witness.out.println("!" + cause.toString().replaceAll("\\s+", " "));
				}
				witness.out.println(".");
				witness.out.flush();
			}
		}
	}

	private void answer(Admin admin, String[] command) throws Exception {
		switch (command[0]) {
			case "transaction" -> out.println(
				admin.describeTransactions(List.of(command[1])).description(command[1]).get().state());
			case "read" -> read(partitions(admin, command[1]));
			case "offsets" -> offsets(admin, command[1], partitions(admin, command[2]));
			default -> throw new IllegalArgumentException("unknown command " + command[0]);
		}
	}

	private Properties settings() {
		Properties settings = new Properties();
		settings.put("bootstrap.servers", brokers);
		settings.put("isolation.level", "read_committed");
		settings.put("enable.auto.commit", "false");
		settings.put("key.deserializer", StringDeserializer.class.getName());
		settings.put("value.deserializer", StringDeserializer.class.getName());
		return settings;
	}

	private List<TopicPartition> partitions(Admin admin, String topic) throws Exception {
		int count = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
		return IntStream.range(0, count).mapToObj(partition -> new TopicPartition(topic, partition)).toList();
	}

	private void read(List<TopicPartition> partitions) {
		try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings())) {
			consumer.assign(partitions);
			consumer.seekToBeginning(partitions);
			// At read_committed the end is the last stable offset: a transaction that is still open would show up as missing records.
			Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
			while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
				for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofSeconds(1))) {
					out.println(each.partition() + "\t" + each.key() + "\t" + each.value());
				}
			}
		}
	}

	private void offsets(Admin admin, String group, List<TopicPartition> partitions) throws Exception {
		Map<TopicPartition, OffsetAndMetadata> committed =
			admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
		Map<TopicPartition, OffsetSpec> latest =
			partitions.stream().collect(Collectors.toMap(each -> each, each -> OffsetSpec.latest()));
		var ends = admin.listOffsets(latest);
		for (TopicPartition each : partitions) {
			OffsetAndMetadata position = committed.get(each);
			String carried = position == null ? "-" : Long.toString(position.offset());
			out.println(each.partition() + "\t" + carried + "\t" + ends.partitionResult(each).get().offset());
		}
	}
}
