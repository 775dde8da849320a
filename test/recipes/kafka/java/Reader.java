import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads a topic at read_committed from its start to its end, one JSON line a record: the official client as the second opinion. */
final class Reader {
	public static void main(String[] arguments) {
		Properties settings = new Properties();
		settings.put("bootstrap.servers", arguments[0]);
		settings.put("isolation.level", "read_committed");
		settings.put("auto.offset.reset", "none");
		settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
		settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
		StringBuilder out = new StringBuilder();
		try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
			List<TopicPartition> partitions = new ArrayList<>();
			for (PartitionInfo info : consumer.partitionsFor(arguments[1])) {
				partitions.add(new TopicPartition(info.topic(), info.partition()));
			}
			consumer.assign(partitions);
			consumer.seekToBeginning(partitions);
			Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
			while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
				for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
					out.append("{\"partition\":").append(record.partition());
					out.append(",\"offset\":").append(record.offset());
					out.append(",\"key\":").append(base64(record.key()));
					out.append(",\"value\":").append(base64(record.value())).append("}\n");
				}
			}
		}
		System.out.print(out);
	}

	private static String base64(byte[] bytes) {
		return bytes == null ? "null" : '"' + Base64.getEncoder().encodeToString(bytes) + '"';
	}
}
