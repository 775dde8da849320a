import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderSelector;
import org.apache.curator.framework.recipes.leader.LeaderSelectorListenerAdapter;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.framework.recipes.locks.InterProcessLock;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessReadWriteLock;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.framework.recipes.locks.Revoker;
import org.apache.curator.retry.RetryNTimes;

/**
 * A real Curator client, driven over pipes: a command a line, `<number> <verb> <path> [argument]`, and a line `<number> <result>` for each, in whatever order they end.
 * A mutex belongs to the thread that took it, so every path has a thread of its own.
 */
public class CuratorPeer {
    private static final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final Map<String, ExecutorService> threads = new ConcurrentHashMap<>();
    private static final Map<String, InterProcessMutex> mutexes = new ConcurrentHashMap<>();
    private static final Map<String, InterProcessReadWriteLock> readWriteLocks = new ConcurrentHashMap<>();
    private static final Map<String, Deque<Lease>> leases = new ConcurrentHashMap<>();
    private static final Map<String, LeaderSelector> selectors = new ConcurrentHashMap<>();
    private static final Map<String, CountDownLatch> elected = new ConcurrentHashMap<>();
    private static final Map<String, CountDownLatch> revoked = new ConcurrentHashMap<>();
    private static final Map<String, LeaderLatch> latches = new ConcurrentHashMap<>();
    private static CuratorFramework client;

    public static void main(String[] arguments) throws Exception {
        client = CuratorFrameworkFactory.newClient(arguments[0], 10_000, 10_000, new RetryNTimes(5, 100));
        client.start();
        client.blockUntilConnected();
        reply("0", "ready");
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 4);
            threads.computeIfAbsent(words[2], path -> Executors.newSingleThreadExecutor()).execute(() -> run(words));
        }
        // The owner is gone: end at once, and the session with it.
        client.close();
        System.exit(0);
    }

    private static void run(String[] words) {
        try {
            reply(words[0], execute(words[1], words[2], words.length > 3 ? words[3] : ""));
        } catch (Exception error) {
            reply(words[0], "error " + error);
        }
    }

    private static String execute(String verb, String path, String argument) throws Exception {
        switch (verb) {
            case "acquire":
                mutexes.computeIfAbsent(path, at -> new InterProcessMutex(client, at)).acquire();
                return "acquired";
            case "try":
                return mutexes.computeIfAbsent(path, at -> new InterProcessMutex(client, at)).acquire(0, TimeUnit.MILLISECONDS) ? "acquired" : "held";
            case "release":
                mutexes.get(path).release();
                return "released";
            case "contenders":
                return mutexes.computeIfAbsent(path, at -> new InterProcessMutex(client, at)).getParticipantNodes().stream().collect(Collectors.joining(","));
            case "revocable":
                InterProcessMutex revocable = mutexes.computeIfAbsent(path, at -> new InterProcessMutex(client, at));
                revocable.makeRevocable(mutex -> revoked.computeIfAbsent(path, at -> new CountDownLatch(1)).countDown());
                return "revocable";
            case "await-revocation":
                revoked.computeIfAbsent(path, at -> new CountDownLatch(1)).await();
                return "revoked";
            case "revoke":
                Revoker.attemptRevoke(client, argument);
                return "asked";
            case "acquire-half":
                half(path, argument).acquire();
                return "acquired";
            case "try-half":
                return half(path, argument).acquire(0, TimeUnit.MILLISECONDS) ? "acquired" : "held";
            case "release-half":
                half(path, argument).release();
                return "released";
            case "acquire-lease":
                leases.computeIfAbsent(path, at -> new ArrayDeque<>()).push(semaphore(path, argument).acquire());
                return "acquired";
            case "try-lease":
                Lease lease = semaphore(path, argument).acquire(0, TimeUnit.MILLISECONDS);
                if (lease == null) return "held";
                leases.computeIfAbsent(path, at -> new ArrayDeque<>()).push(lease);
                return "acquired";
            case "return-lease":
                semaphore(path, argument).returnLease(leases.get(path).pop());
                return "returned";
            case "lease-holders":
                return semaphore(path, argument).getParticipantNodes().stream().sorted().collect(Collectors.joining(","));
            case "select":
                LeaderSelector selector = new LeaderSelector(client, path, new LeaderSelectorListenerAdapter() {
                    @Override
                    public void takeLeadership(CuratorFramework framework) throws Exception {
                        elected.computeIfAbsent(path, at -> new CountDownLatch(1)).countDown();
                        Thread.sleep(Long.MAX_VALUE);
                    }
                });
                selector.setId(argument);
                selectors.put(path, selector);
                selector.start();
                return "started";
            case "await-election":
                elected.computeIfAbsent(path, at -> new CountDownLatch(1)).await();
                return "leading";
            case "selected":
                return selectors.get(path).getParticipants().stream().map(each -> each.getId() + (each.isLeader() ? "*" : "")).sorted().collect(Collectors.joining(","));
            case "interrupt":
                selectors.get(path).interruptLeadership();
                return "interrupted";
            case "latch":
                LeaderLatch latch = new LeaderLatch(client, path, argument);
                latches.put(path, latch);
                latch.start();
                return "started";
            case "lead":
                latches.get(path).await();
                return "leading";
            case "leader":
                return latches.get(path).getLeader().getId();
            case "participants":
                return latches.get(path).getParticipants().stream().map(Participant::getId).sorted().collect(Collectors.joining(","));
            case "resign":
                latches.remove(path).close();
                return "resigned";
            default:
                return "error unknown verb " + verb;
        }
    }

    /** @param which "read" or "write" */
    private static InterProcessLock half(String path, String which) {
        InterProcessReadWriteLock lock = readWriteLocks.computeIfAbsent(path, at -> new InterProcessReadWriteLock(client, at));
        return which.equals("read") ? lock.readLock() : lock.writeLock();
    }

    private static InterProcessSemaphoreV2 semaphore(String path, String maxLeases) {
        return new InterProcessSemaphoreV2(client, path, Integer.parseInt(maxLeases));
    }

    private static synchronized void reply(String number, String result) {
        out.println(number + " " + result);
    }
}
