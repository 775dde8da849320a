import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;

/** The workloads of raw-workload.ts with ZooKeeper's own client, by its asynchronous calls. */
public class RawOperations {
    private static final String home = "/raw-" + UUID.randomUUID();
    private static String servers;
    private static ZooKeeper client;

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        servers = arguments[0];
        client = connect();
        client.create(home, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        out.println("ready");
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            int[] numbers = Arrays.stream(words).skip(1).mapToInt(Integer::parseInt).toArray();
            long cpu = system.getProcessCpuTime();
            long spent = run(words[0], numbers[0], numbers[1], numbers[2]);
            out.println(spent / 1000 + "," + (system.getProcessCpuTime() - cpu) / 1000);
        }
        client.close();
        System.exit(0);
    }

    private static long run(String name, int inFlight, int bytes, int count) throws Exception {
        switch (name) {
            case "connect":
                return connections(count);
            case "fan-out":
                return fanOut(inFlight, count);
            default:
                return new Pipeline(name, bytes, count).run(inFlight);
        }
    }

    /** Keeps so many under way: whichever is answered starts the next. */
    private static final class Pipeline {
        private final String name;
        private final String prefix;
        private final byte[] data;
        private final int count;
        private final AtomicInteger started = new AtomicInteger();
        private final CountDownLatch unfinished;
        private volatile int failure;

        Pipeline(String name, int bytes, int count) {
            this.name = name;
            this.prefix = home + "/" + bytes + "-";
            this.data = new byte[bytes];
            this.count = count;
            this.unfinished = new CountDownLatch(count);
            Arrays.fill(data, (byte) 'x');
        }

        long run(int inFlight) throws Exception {
            long start = System.nanoTime();
            for (int slot = 0; slot < inFlight; slot++) start();
            unfinished.await();
            if (failure != 0) throw KeeperException.create(KeeperException.Code.get(failure));
            return System.nanoTime() - start;
        }

        private void start() {
            int index = started.getAndIncrement();
            if (index >= count) return;
            String path = prefix + index;
            switch (name) {
                case "create":
                    client.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT, (code, p, c, n) -> done(code), null);
                    break;
                case "get":
                    client.getData(path, false, (code, p, c, d, stat) -> done(code), null);
                    break;
                case "set":
                    client.setData(path, data, -1, (code, p, c, stat) -> done(code), null);
                    break;
                case "delete":
                    client.delete(path, -1, (code, p, c) -> done(code), null);
                    break;
                default:
                    throw new IllegalArgumentException(name);
            }
        }

        private void done(int code) {
            if (code != 0) failure = code;
            unfinished.countDown();
            start();
        }
    }

    private static long fanOut(int sessions, int count) throws Exception {
        List<ZooKeeper> watchers = new ArrayList<>();
        while (watchers.size() < sessions) watchers.add(connect());
        long spent = 0;
        for (int round = 0; round < count; round++) {
            var told = new CountDownLatch(sessions);
            var armed = new CountDownLatch(sessions);
            for (ZooKeeper each : watchers)
                each.getData(
                        home,
                        event -> {
                            if (event.getType() == EventType.NodeDataChanged) told.countDown();
                        },
                        (code, p, c, d, stat) -> armed.countDown(),
                        null);
            armed.await();
            long start = System.nanoTime();
            client.setData(home, new byte[0], -1, (code, p, c, stat) -> {}, null);
            told.await();
            spent += System.nanoTime() - start;
        }
        for (ZooKeeper each : watchers) each.close();
        return spent;
    }

    private static long connections(int count) throws Exception {
        long spent = 0;
        for (int round = 0; round < count; round++) {
            long start = System.nanoTime();
            ZooKeeper opened = connect();
            spent += System.nanoTime() - start;
            opened.close();
        }
        return spent;
    }

    private static ZooKeeper connect() throws Exception {
        var connected = new CountDownLatch(1);
        ZooKeeper opened = new ZooKeeper(servers, 30_000, event -> {
            if (event.getState() == KeeperState.SyncConnected) connected.countDown();
        });
        connected.await();
        return opened;
    }
}
