import java.io.File;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.server.DataTree;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;

/**
 * Writes a snapshot for a server to start on, `<data folder> <path>=<count>…`: at each path stands a znode under which so many sequence
 * numbers were given out. There is no other way to bring that counter near its end but that many creates.
 */
public class SequenceSnapshot {
    public static void main(String[] arguments) throws Exception {
        DataTree tree = new DataTree();
        long zxid = 0;
        for (int index = 1; index < arguments.length; index++) {
            String[] words = arguments[index].split("=");
            tree.createNode(words[0], new byte[0], ZooDefs.Ids.OPEN_ACL_UNSAFE, 0, -1, ++zxid, System.currentTimeMillis());
            tree.getNode(words[0]).stat.setCversion(Integer.parseInt(words[1]));
        }
        tree.lastProcessedZxid = zxid;
        File folder = new File(arguments[0]);
        FileTxnSnapLog log = new FileTxnSnapLog(folder, folder);
        log.save(tree, new ConcurrentHashMap<>(), true);
        log.close();
    }
}
