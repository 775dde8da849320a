import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.curator.drivers.AdvancedTracerDriver;
import org.apache.curator.drivers.EventTrace;
import org.apache.curator.drivers.OperationTrace;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.api.BackgroundCallback;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;

/** A worker of `docent bench` with real Curator: the lines it hears and says are those of peer-line.ts. Each contender is a thread; all share the session. */
public class CuratorPeer {
    private static final long pause = 100;
    private static final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    private static final Map<String, String> orders = new HashMap<>();
    private static final CompletableFuture<Long> start = new CompletableFuture<>();
    private static final Semaphore resignations = new Semaphore(0);
    private static final AtomicInteger losses = new AtomicInteger();
    private static final AtomicLong requests = new AtomicLong();
    private static final ScheduledExecutorService delivery = Executors.newScheduledThreadPool(1, CuratorPeer::daemon);
    private static volatile boolean stopped;
    private static CuratorFramework client;
    private static StringBuilder samples = new StringBuilder();

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("."); line = in.readLine()) {
            String[] words = line.split(" ", 2);
            orders.put(words[0], words.length > 1 ? words[1] : "");
        }
        daemon(() -> {
            try {
                work();
            } catch (Throwable error) {
                if (!stopped) say("failed " + oneLine(error));
            }
        }).start();
        for (String line = in.readLine(); line != null && !stopped; line = in.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("clock")) say("clock " + now());
            else if (words[0].equals("start")) start.complete(Long.parseLong(words[1]));
            else if (words[0].equals("resign")) resignations.release();
            else if (words[0].equals("stop")) {
                stopped = true;
                deliver();
                say("requests " + requests.get());
                say("done");
                if (client != null) client.close();
            }
        }
        // Threads that wait for a lock would keep this process; and a parent that is gone needs nothing more.
        Runtime.getRuntime().halt(0);
    }

    private static void work() throws Exception {
        client = connect();
        int connectTimeout = Integer.parseInt(orders.get("connectTimeout"));
        if (!client.blockUntilConnected(connectTimeout, TimeUnit.MILLISECONDS)) throw new Exception("no session within " + connectTimeout + " ms");
        say("ready");
        long at = start.get();
        String kind = orders.get("workload");
        if (kind.equals("election")) {
            campaign();
            return;
        }
        long end = at + number("duration") * 1000;
        client.getZookeeperClient().setTracerDriver(new AdvancedTracerDriver() {
            @Override
            public void addTrace(OperationTrace trace) {
                long now = now();
                if (now >= at && now <= end) requests.incrementAndGet();
            }

            @Override
            public void addEvent(EventTrace trace) {}
        });
        delivery.scheduleAtFixedRate(CuratorPeer::deliver, 100, 100, TimeUnit.MILLISECONDS);
        int[] contenders = Arrays.stream(orders.get("contenders").split(",")).mapToInt(Integer::parseInt).toArray();
        if (kind.equals("raw")) operate(contenders[0], at);
        else for (int contender : contenders) daemon(() -> contend(kind, contender, at)).start();
    }

    private static CuratorFramework connect() {
        CuratorFrameworkFactory.Builder builder = CuratorFrameworkFactory.builder()
            .connectString(orders.get("connectString"))
            .sessionTimeoutMs((int) number("sessionTimeout"))
            .connectionTimeoutMs((int) number("connectTimeout"))
            .retryPolicy(new RetryNTimes(5, 100));
        if (orders.containsKey("auth")) {
            builder.authorization(orders.get("authScheme"), Base64.getDecoder().decode(orders.get("auth"))).aclProvider(new ACLProvider() {
                @Override
                public List<ACL> getDefaultAcl() {
                    return ZooDefs.Ids.CREATOR_ALL_ACL;
                }

                @Override
                public List<ACL> getAclForPath(String path) {
                    return ZooDefs.Ids.CREATOR_ALL_ACL;
                }
            });
        }
        if (orders.containsKey("tls")) {
            System.setProperty("zookeeper.client.secure", "true");
            System.setProperty("zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty");
            store("trustStore", "tlsCa");
            store("keyStore", "tlsKeyStore");
        }
        CuratorFramework framework = builder.build();
        framework.getConnectionStateListenable().addListener((source, state) -> {
            if (state == ConnectionState.LOST) losses.incrementAndGet();
        });
        framework.start();
        return framework;
    }

    private static void store(String name, String order) {
        if (!orders.containsKey(order)) return;
        System.setProperty("zookeeper.ssl." + name + ".location", orders.get(order));
        System.setProperty("zookeeper.ssl." + name + ".type", "PEM");
    }

    private interface Turn {
        /** Acquires; what it gives releases. */
        Release take() throws Exception;
    }

    private interface Release {
        void run() throws Exception;
    }

    private static void contend(String kind, int contender, long at) {
        String path = orders.get("folder") + "/lock-" + contender % number("paths");
        long hold = (long) (Double.parseDouble(orders.get("hold")) * 1e6);
        int releases = kind.equals("rwlock") ? 2 : 1;
        Turn[] turns;
        if (kind.equals("lock")) turns = new Turn[] {turn(new InterProcessMutex(client, path))};
        else if (kind.equals("semaphore")) {
            InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(client, path, (int) number("leases"));
            turns = new Turn[] {() -> {
                Lease lease = semaphore.acquire();
                return () -> semaphore.returnLease(lease);
            }};
        } else {
            InterProcessReadWriteLock lock = new InterProcessReadWriteLock(client, path);
            turns = new Turn[] {turn(lock.readLock()), turn(lock.writeLock())};
        }
        long share = ThreadLocalRandom.current().nextInt(100);
        while (!stopped) {
            int series = 0;
            if (turns.length > 1) {
                share += number("reads");
                series = share >= 100 ? 0 : 1;
                share %= 100;
            }
            try {
                long asked = now();
                Release release = turns[series].take();
                sample(series, contender, asked, at);
                int before = losses.get();
                if (hold > 0) TimeUnit.NANOSECONDS.sleep(hold);
                if (losses.get() != before && !stopped) say("lost");
                long released = now();
                release.run();
                sample(releases, contender, released, at);
            } catch (Exception error) {
                tell(error);
            }
        }
    }

    private static Turn turn(InterProcessLock lock) {
        return () -> {
            lock.acquire();
            return lock::release;
        };
    }

    private static void campaign() throws Exception {
        String id = String.valueOf(ProcessHandle.current().pid());
        while (!stopped) {
            LeaderLatch latch = new LeaderLatch(client, orders.get("folder") + "/leader", id);
            latch.start();
            latch.await();
            resignations.drainPermits();
            say("leading " + now());
            resignations.acquire();
            if (!latch.hasLeadership()) say("lost");
            say("resigned " + now());
            latch.close();
        }
    }

    /** Creates, gets, sets and deletes, a quarter of the time each: one after the other, or with so many in the background. */
    private static void operate(int worker, long at) throws Exception {
        String home = orders.get("folder") + "/raw-" + worker;
        byte[] data = new byte[(int) number("size")];
        Arrays.fill(data, (byte) 'x');
        client.create().forPath(home);
        String warm = home + "/warm-up";
        while (!stopped && now() < at) {
            client.create().forPath(warm, data);
            client.getData().forPath(warm);
            client.setData().forPath(warm, data);
            client.delete().forPath(warm);
        }
        Raw raw = new Raw(worker, home, data, at);
        int lanes = (int) number("inFlight");
        for (int series = 0; series < 4; series++) {
            long end = at + (series + 1) * number("duration") * 250;
            if (lanes == 1) raw.oneByOne(series, end);
            else {
                CountDownLatch ended = new CountDownLatch(lanes);
                for (int lane = 0; lane < lanes; lane++) raw.inBackground(series, end, ended);
                ended.await();
            }
            TimeUnit.MICROSECONDS.sleep(Math.max(0, end - now()));
        }
    }

    private static class Raw {
        private final int worker;
        private final String home;
        private final byte[] data;
        private final long at;
        private final Deque<String> created = new ArrayDeque<>();
        private int next;

        Raw(int worker, String home, byte[] data, long at) {
            this.worker = worker;
            this.home = home;
            this.data = data;
            this.at = at;
        }

        /** What the next call is about; null when nothing is left. */
        private synchronized String take(int series) {
            if (series == 0) return home + "/znode-" + next++;
            if (series == 3) return created.pollLast();
            String path = created.pollFirst();
            if (path != null) created.addLast(path);
            return path;
        }

        private synchronized void done(int series, String path, long asked) {
            if (series == 0) created.addLast(path);
            sample(series, worker, asked, at);
        }

        void oneByOne(int series, long end) {
            while (!stopped && now() < end) {
                String path = take(series);
                if (path == null) return;
                long asked = now();
                try {
                    if (series == 0) client.create().forPath(path, data);
                    else if (series == 1) client.getData().forPath(path);
                    else if (series == 2) client.setData().forPath(path, data);
                    else client.delete().forPath(path);
                    done(series, path, asked);
                } catch (Exception error) {
                    tell(error);
                }
            }
        }

        void inBackground(int series, long end, CountDownLatch ended) {
            String path = stopped || now() >= end ? null : take(series);
            if (path == null) {
                ended.countDown();
                return;
            }
            long asked = now();
            BackgroundCallback callback = (source, event) -> {
                if (event.getResultCode() == 0) {
                    done(series, path, asked);
                    inBackground(series, end, ended);
                } else {
                    report(KeeperException.create(KeeperException.Code.get(event.getResultCode()), path));
                    delivery.schedule(() -> inBackground(series, end, ended), pause, TimeUnit.MILLISECONDS);
                }
            };
            try {
                if (series == 0) client.create().inBackground(callback).forPath(path, data);
                else if (series == 1) client.getData().inBackground(callback).forPath(path);
                else if (series == 2) client.setData().inBackground(callback).forPath(path, data);
                else client.delete().inBackground(callback).forPath(path);
            } catch (Exception error) {
                report(error);
                ended.countDown();
            }
        }
    }

    private static synchronized void sample(int series, int contender, long since, long at) {
        long now = now();
        if (now >= at) samples.append(' ').append(series).append(' ').append(contender).append(' ').append(now - at).append(' ').append(now - since);
    }

    private static synchronized void deliver() {
        if (samples.length() == 0) return;
        say("samples" + samples);
        samples = new StringBuilder();
    }

    private static void tell(Exception error) {
        report(error);
        try {
            Thread.sleep(pause);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private static void report(Exception error) {
        String code = error instanceof KeeperException ? ((KeeperException) error).code().name() : error.getClass().getSimpleName();
        if (!stopped) say("error " + code + " " + oneLine(error));
    }

    private static String oneLine(Throwable error) {
        return String.valueOf(error.getMessage()).replaceAll("\\s+", " ");
    }

    private static synchronized void say(String line) {
        out.println(line);
        out.flush();
    }

    private static long number(String order) {
        return Long.parseLong(orders.get(order));
    }

    private static long now() {
        return System.nanoTime() / 1000;
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }
}
