import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A member of a group by the protocol of KIP-848, until it is killed. */
final class Member {
	public static void main(String[] arguments) {
		Properties settings = new Properties();
		settings.put("bootstrap.servers", arguments[0]);
		settings.put("group.id", arguments[1]);
		settings.put("group.protocol", "consumer");
		settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
		settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
		try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
			consumer.subscribe(List.of(arguments[2]));
			while (true) {
				consumer.poll(Duration.ofMillis(200));
			}
		}
	}
}
