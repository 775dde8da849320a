import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Base64;
import org.apache.kafka.common.utils.Utils;

/** For each line "<partitions> <base64 of the key>" the partition that the default partitioner chooses. */
final class Partitions {
	public static void main(String[] arguments) throws Exception {
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
		for (String line = in.readLine(); line != null; line = in.readLine()) {
			String[] words = line.split(" ", 2);
			byte[] key = Base64.getDecoder().decode(words[1]);
			System.out.println(Utils.toPositive(Utils.murmur2(key)) % Integer.parseInt(words[0]));
		}
	}
}
