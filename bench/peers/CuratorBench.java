import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.locks.InterProcessMutex;
import org.apache.curator.framework.recipes.locks.InterProcessSemaphoreV2;
import org.apache.curator.framework.recipes.locks.Lease;
import org.apache.curator.retry.RetryNTimes;

/**
 * The workloads of docent-peer.ts with real Curator. A line `<case> <rounds> <hold in ms>` on the input, a line of microseconds, separated by commas, for each.
 */
public class CuratorBench {
    private static final String home = "/curator-" + UUID.randomUUID();
    private static final ExecutorService threads = Executors.newCachedThreadPool();
    private static final List<CuratorFramework> clients = new ArrayList<>();

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (int session = 0; session < 8; session++) {
            CuratorFramework client = CuratorFrameworkFactory.newClient(arguments[0], 30_000, 15_000, new RetryNTimes(5, 100));
            client.start();
            client.blockUntilConnected();
            clients.add(client);
        }
        out.println("ready");
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            out.println(run(words[0], Integer.parseInt(words[1]), Long.parseLong(words[2])).stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        for (CuratorFramework client : clients) client.close();
        System.exit(0);
    }

    private static List<Long> run(String name, int rounds, long hold) throws Exception {
        switch (name) {
            case "warm":
                return warm(rounds);
            case "cold":
                return cold(rounds);
            case "cycle":
                return cycle(rounds);
            case "hand-off-2":
                return handOff(2, rounds, hold);
            case "hand-off-8":
                return handOff(8, rounds, hold);
            case "semaphore":
                return semaphore(rounds);
            case "latch":
                return latch(rounds);
            case "tasks-50":
                return tasks(50);
            case "locks-100":
                return locks(100, rounds);
            default:
                throw new IllegalArgumentException(name);
        }
    }

    private static List<Long> warm(int rounds) throws Exception {
        InterProcessMutex mutex = new InterProcessMutex(clients.get(0), home + "/warm");
        List<Long> times = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            long start = System.nanoTime();
            mutex.acquire();
            if (round > 0) times.add(since(start));
            mutex.release();
        }
        return times;
    }

    private static List<Long> cold(int rounds) throws Exception {
        List<Long> times = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            InterProcessMutex mutex = new InterProcessMutex(clients.get(0), "/cold-" + UUID.randomUUID() + "/lock");
            long start = System.nanoTime();
            mutex.acquire();
            times.add(since(start));
            mutex.release();
        }
        return times;
    }

    private static List<Long> cycle(int rounds) throws Exception {
        InterProcessMutex mutex = new InterProcessMutex(clients.get(0), home + "/cycle");
        List<Long> times = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            long start = System.nanoTime();
            mutex.acquire();
            mutex.release();
            if (round > 0) times.add(since(start));
        }
        return times;
    }

    private static List<Long> handOff(int contenders, int rounds, long hold) throws Exception {
        String path = home + "/hand-off-" + UUID.randomUUID();
        List<Long> gaps = Collections.synchronizedList(new ArrayList<>());
        AtomicLong released = new AtomicLong();
        List<Callable<Void>> work = new ArrayList<>();
        for (CuratorFramework client : clients.subList(0, contenders)) {
            InterProcessMutex mutex = new InterProcessMutex(client, path);
            work.add(() -> {
                while (gaps.size() < rounds) {
                    mutex.acquire();
                    if (released.get() > 0 && gaps.size() < rounds) gaps.add(since(released.get()));
                    Thread.sleep(hold);
                    released.set(System.nanoTime());
                    mutex.release();
                }
                return null;
            });
        }
        all(work);
        return gaps;
    }

    private static List<Long> semaphore(int rounds) throws Exception {
        InterProcessSemaphoreV2 semaphore = new InterProcessSemaphoreV2(clients.get(0), home + "/semaphore", 3);
        List<Long> times = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            long start = System.nanoTime();
            Lease lease = semaphore.acquire();
            if (round > 0) times.add(since(start));
            semaphore.returnLease(lease);
        }
        return times;
    }

    private static List<Long> latch(int rounds) throws Exception {
        List<Long> times = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            LeaderLatch latch = new LeaderLatch(clients.get(0), home + "/latch", "bench");
            long start = System.nanoTime();
            latch.start();
            latch.await();
            if (round > 0) times.add(since(start));
            latch.close();
        }
        return times;
    }

    /** So many threads, one mutex object, an acquisition each: the time for one. */
    private static List<Long> tasks(int count) throws Exception {
        InterProcessMutex mutex = new InterProcessMutex(clients.get(0), home + "/tasks");
        mutex.acquire();
        mutex.release();
        Callable<Void> turn = () -> {
            mutex.acquire();
            mutex.release();
            return null;
        };
        long start = System.nanoTime();
        all(Collections.nCopies(count, turn));
        return List.of(since(start) / count);
    }

    /** So many locks that have nothing to do with each other, on one session, for so many milliseconds: the time for one cycle. */
    private static List<Long> locks(int count, int duration) throws Exception {
        AtomicLong cycles = new AtomicLong();
        List<InterProcessMutex> mutexes = new ArrayList<>();
        for (int lock = 0; lock < count; lock++) {
            InterProcessMutex mutex = new InterProcessMutex(clients.get(0), home + "/locks/" + lock);
            mutex.acquire();
            mutex.release();
            mutexes.add(mutex);
        }
        long start = System.nanoTime();
        long end = start + duration * 1_000_000L;
        List<Callable<Void>> work = new ArrayList<>();
        for (InterProcessMutex mutex : mutexes)
            work.add(() -> {
                while (System.nanoTime() < end) {
                    mutex.acquire();
                    mutex.release();
                    cycles.incrementAndGet();
                }
                return null;
            });
        all(work);
        return List.of(since(start) / Math.max(1, cycles.get()));
    }

    private static void all(List<Callable<Void>> work) throws Exception {
        for (Future<Void> each : threads.invokeAll(work)) each.get();
    }

    private static long since(long start) {
        return (System.nanoTime() - start) / 1000;
    }
}
