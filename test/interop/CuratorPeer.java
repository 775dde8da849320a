import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.barriers.DistributedDoubleBarrier;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMultiLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.locks.Revoker;
import org.apache.curator.framework.recipes.locks.StandardLockInternalsDriver;
import org.apache.curator.framework.recipes.queue.DistributedQueue;
import org.apache.curator.framework.recipes.queue.DistributedPriorityQueue;
import org.apache.curator.framework.recipes.queue.QueueBuilder;
import org.apache.curator.framework.recipes.queue.QueueConsumer;
import org.apache.curator.framework.recipes.queue.QueueSerializer;
import org.apache.curator.framework.recipes.shared.SharedCount;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.retry.RetryNTimes;

/**
 * A real Curator client, driven over pipes: a command a line, `<number> <verb> <path>[#contender] [argument]`, and a line `<number> <result>` for each, in whatever
 * order they end. A lock belongs to the thread that took it, so every contender of a path has a thread and objects of its own.
 */
public class CuratorPeer {
    private static final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final Map<String, CuratorPeer> contenders = new ConcurrentHashMap<>();
    private static final Map<String, SharedCount> counts = new ConcurrentHashMap<>();
    private static CuratorFramework client;

    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final String path;
    private final Map<String, InterProcessLock> locks = new ConcurrentHashMap<>();
    private final Deque<Lease> leases = new ArrayDeque<>();
    private final Semaphore revocations = new Semaphore(0);
    private final Semaphore terms = new Semaphore(0);
    private InterProcessReadWriteLock readWriteLock;
    private LeaderSelector selector;
    private LeaderLatch latch;
    private DistributedDoubleBarrier barrier;
    private final LinkedBlockingQueue<String> consumed = new LinkedBlockingQueue<>();
    private DistributedQueue<String> consumer;

    private CuratorPeer(String path) {
        this.path = path;
    }

    public static void main(String[] arguments) throws Exception {
        client = CuratorFrameworkFactory.newClient(arguments[0], 10_000, 10_000, new RetryNTimes(5, 100));
        client.start();
        client.blockUntilConnected();
        reply("0", "ready");
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 4);
            String path = words[2].split("#")[0];
            CuratorPeer contender = contenders.computeIfAbsent(words[2], key -> new CuratorPeer(path));
            contender.thread.execute(() -> {
                try {
                    reply(words[0], contender.execute(words[1], words.length > 3 ? words[3] : ""));
                } catch (Exception error) {
                    reply(words[0], "error " + error);
                }
            });
        }
        // The owner is gone: end at once, and the session with it.
        client.close();
        System.exit(0);
    }

    private String execute(String verb, String argument) throws Exception {
        switch (verb) {
            case "acquire":
                lock(argument).acquire();
                return "acquired";
            case "try":
                return lock(argument).acquire(0, TimeUnit.MILLISECONDS) ? "acquired" : "held";
            case "release":
                lock(argument).release();
                return "released";
            case "participants":
                return joined(mutex(argument).getParticipantNodes().stream());
            case "revocable":
                mutex(argument).makeRevocable(mutex -> revocations.release());
                return "revocable";
            case "await-revocation":
                revocations.acquire();
                return "revoked";
            case "revoke":
                Revoker.attemptRevoke(client, argument);
                return "asked";
            case "data":
                return new String(client.getData().forPath(argument), StandardCharsets.UTF_8);
            case "acquire-lease":
                String[] counts = argument.split("/");
                leases.addAll(semaphore(counts[1]).acquire(Integer.parseInt(counts[0])));
                return "acquired";
            case "try-lease":
                Lease lease = semaphore(argument).acquire(0, TimeUnit.MILLISECONDS);
                if (lease == null) return "held";
                leases.push(lease);
                return "acquired";
            case "return-leases":
                semaphore(argument).returnAll(leases);
                leases.clear();
                return "returned";
            case "lease-holders":
                return joined(semaphore(argument).getParticipantNodes().stream().sorted());
            case "count":
                return "" + count(path).getCount();
            case "set-count":
                count(path).setCount(Integer.parseInt(argument));
                return "set";
            case "select":
                selector = new LeaderSelector(client, path, new LeaderSelectorListenerAdapter() {
                    @Override
                    public void takeLeadership(CuratorFramework framework) throws Exception {
                        terms.release();
                        Thread.sleep(Long.MAX_VALUE);
                    }
                });
                selector.setId(argument);
                selector.autoRequeue();
                selector.start();
                return "started";
            case "await-term":
                terms.acquire();
                return "leading";
            case "selected":
                return leaderMarked(selector.getParticipants());
            case "interrupt":
                selector.interruptLeadership();
                return "interrupted";
            case "deselect":
                selector.close();
                return "closed";
            case "latch":
                latch = new LeaderLatch(client, path, argument);
                latch.start();
                return "started";
            case "lead":
                latch.await();
                return "leading";
            case "leader":
                return latch.getLeader().getId();
            case "latched":
                return leaderMarked(latch.getParticipants());
            case "resign":
                latch.close();
                return "resigned";
            case "enter":
                barrier = new DistributedDoubleBarrier(client, path, Integer.parseInt(argument));
                barrier.enter();
                return "inside";
            case "leave":
                barrier.leave();
                return "outside";
            case "produce":
                try (DistributedQueue<String> producer = QueueBuilder.builder(client, null, new Text(), path).buildQueue()) {
                    producer.start();
                    producer.put(argument);
                    producer.flushPuts(10, TimeUnit.SECONDS);
                }
                return "put";
            case "produce-at":
                String[] item = argument.split("/");
                try (DistributedPriorityQueue<String> producer = QueueBuilder.builder(client, null, new Text(), path).buildPriorityQueue(0)) {
                    producer.start();
                    producer.put(item[1], Integer.parseInt(item[0]));
                    producer.flushPuts(10, TimeUnit.SECONDS);
                }
                return "put";
            case "consume":
                if (consumer == null) {
                    consumer = QueueBuilder.builder(client, new Collector(consumed), new Text(), path).lockPath(argument).buildQueue();
                    consumer.start();
                }
                return consumed.take();
            case "stop-consuming":
                consumer.close();
                return "stopped";
            case "write-compressed":
                client.create().orSetData().compressed().forPath(path, Base64.getDecoder().decode(argument));
                return "written";
            case "read-compressed":
                return Base64.getEncoder().encodeToString(client.getData().decompressed().forPath(path));
            default:
                return "error unknown verb " + verb;
        }
    }

    /** @param kind "mutex", "kazoo-mutex", "read", "write", "semaphore-mutex", or the paths of a multi-lock with commas between them */
    private InterProcessLock lock(String kind) {
        return locks.computeIfAbsent(kind, key -> {
            switch (key) {
                case "":
                case "mutex":
                    return new InterProcessMutex(client, path);
                case "kazoo-mutex":
                    return new InterProcessMutex(client, path, new BesideKazoo());
                case "read":
                    return readWriteLock().readLock();
                case "write":
                    return readWriteLock().writeLock();
                case "semaphore-mutex":
                    return new InterProcessSemaphoreMutex(client, path);
                default:
                    return new InterProcessMultiLock(client, Arrays.asList(key.split(",")));
            }
        });
    }

    private InterProcessMutex mutex(String kind) {
        return (InterProcessMutex) lock(kind);
    }

    private InterProcessReadWriteLock readWriteLock() {
        if (readWriteLock == null) readWriteLock = new InterProcessReadWriteLock(client, path);
        return readWriteLock;
    }

    /** @param maxLeases a number, or the path of a shared count */
    private InterProcessSemaphoreV2 semaphore(String maxLeases) throws Exception {
        InterProcessSemaphoreV2 semaphore = maxLeases.startsWith("/")
            ? new InterProcessSemaphoreV2(client, path, count(maxLeases))
            : new InterProcessSemaphoreV2(client, path, Integer.parseInt(maxLeases));
        semaphore.setNodeData("curator".getBytes(StandardCharsets.UTF_8));
        return semaphore;
    }

    private static synchronized SharedCount count(String path) throws Exception {
        SharedCount known = counts.get(path);
        if (known != null) return known;
        SharedCount count = new SharedCount(client, path, 2);
        count.start();
        counts.put(path, count);
        return count;
    }

    private static String joined(Stream<String> words) {
        return words.collect(Collectors.joining(","));
    }

    private static String leaderMarked(Collection<Participant> participants) {
        return joined(participants.stream().map(each -> each.getId() + (each.isLeader() ? "*" : "")).sorted());
    }

    private static synchronized void reply(String number, String result) {
        out.println(number + " " + result);
    }

    /** Curator's own driver sorts whatever has not its lock's name by the whole name: it overlooks kazoo's contenders. This one finds their sequence. */
    private static class BesideKazoo extends StandardLockInternalsDriver {
        private static final Pattern kazoo = Pattern.compile("__r?lock__(-?[0-9]{10})$");

        @Override
        public String fixForSorting(String name, String lockName) {
            Matcher sequence = kazoo.matcher(name);
            return sequence.find() ? sequence.group(1) : super.fixForSorting(name, lockName);
        }
    }

    private static class Text implements QueueSerializer<String> {
        @Override
        public byte[] serialize(String item) {
            return item.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String deserialize(byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static class Collector implements QueueConsumer<String> {
        private final LinkedBlockingQueue<String> consumed;

        private Collector(LinkedBlockingQueue<String> consumed) {
            this.consumed = consumed;
        }

        @Override
        public void consumeMessage(String message) {
            consumed.add(message);
        }

        @Override
        public void stateChanged(CuratorFramework framework, ConnectionState state) {}
    }
}
