import java.io.FileInputStream;
import java.security.KeyStore;
import java.util.Base64;

/** Prints the private key of a PKCS#12 store as PEM: the one thing that keytool does not do. Arguments: store, password, alias. */
public class ExportKey {
    public static void main(String[] arguments) throws Exception {
        char[] password = arguments[1].toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (FileInputStream in = new FileInputStream(arguments[0])) {
            store.load(in, password);
        }
        byte[] key = store.getKey(arguments[2], password).getEncoded();
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key);
        System.out.println("-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----");
    }
}
