"""The workloads of docent-peer.ts with kazoo: a line `<case> <rounds> <hold in ms>` on the input, a line of microseconds, separated by commas, for each."""

import sys
import threading
import time
import uuid

from kazoo.client import KazooClient

home = "/kazoo-" + str(uuid.uuid4())
clients = []


def since(start):
    return round((time.perf_counter() - start) * 1e6)


def all_of(work, count):
    threads = [threading.Thread(target=work, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def acquisitions(lock, rounds):
    times = []
    for number in range(rounds + 1):
        start = time.perf_counter()
        lock.acquire()
        if number > 0:
            times.append(since(start))
        lock.release()
    return times


def warm(rounds, hold):
    return acquisitions(clients[0].Lock(home + "/warm"), rounds)


def cold(rounds, hold):
    times = []
    for _ in range(rounds):
        lock = clients[0].Lock("/cold-" + str(uuid.uuid4()) + "/lock")
        start = time.perf_counter()
        lock.acquire()
        times.append(since(start))
        lock.release()
    return times


def cycle(rounds, hold):
    lock = clients[0].Lock(home + "/cycle")
    times = []
    for number in range(rounds + 1):
        start = time.perf_counter()
        lock.acquire()
        lock.release()
        if number > 0:
            times.append(since(start))
    return times


def hand_off(contenders, rounds, hold):
    path = home + "/hand-off-" + str(uuid.uuid4())
    gaps = []
    released = [None]

    def contend(index):
        lock = clients[index].Lock(path)
        while len(gaps) < rounds:
            lock.acquire()
            if released[0] is not None and len(gaps) < rounds:
                gaps.append(since(released[0]))
            time.sleep(hold / 1000)
            released[0] = time.perf_counter()
            lock.release()

    all_of(contend, contenders)
    return gaps


def semaphore(rounds, hold):
    return acquisitions(clients[0].Semaphore(home + "/semaphore", max_leases=3), rounds)


def latch(rounds, hold):
    times = []
    for number in range(rounds + 1):
        election = clients[0].Election(home + "/latch", "bench")
        start = time.perf_counter()
        election.run(lambda: times.append(since(start)))
    return times[1:]


def tasks(rounds, hold):
    lock = clients[0].Lock(home + "/tasks")
    acquisitions(lock, 1)

    def turn(_):
        lock.acquire()
        lock.release()

    start = time.perf_counter()
    all_of(turn, 50)
    return [since(start) // 50]


def locks(duration, hold):
    all_locks = [clients[0].Lock(home + "/locks/" + str(number)) for number in range(100)]
    for lock in all_locks:
        acquisitions(lock, 1)
    cycles = [0] * len(all_locks)
    start = time.perf_counter()

    def work(index):
        while time.perf_counter() - start < duration / 1000:
            all_locks[index].acquire()
            all_locks[index].release()
            cycles[index] += 1

    all_of(work, len(all_locks))
    return [since(start) // max(1, sum(cycles))]


cases = {
    "warm": warm,
    "cold": cold,
    "cycle": cycle,
    "hand-off-2": lambda rounds, hold: hand_off(2, rounds, hold),
    "hand-off-8": lambda rounds, hold: hand_off(8, rounds, hold),
    "semaphore": semaphore,
    "latch": latch,
    "tasks-50": tasks,
    "locks-100": locks,
}

for _ in range(8):
    client = KazooClient(hosts=sys.argv[1], timeout=30)
    client.start()
    clients.append(client)
print("ready", flush=True)
for line in sys.stdin:
    name, rounds, hold = line.split()
    print(",".join(map(str, cases[name](int(rounds), int(hold)))), flush=True)
for client in clients:
    client.stop()
