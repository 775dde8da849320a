"""A worker of `docent bench` with real kazoo: the lines it hears and says are those of peer-line.ts. Each contender is a thread; all share the session."""

import base64
import collections
import os
import random
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.protocol.states import KazooState
from kazoo.security import CREATOR_ALL_ACL

pause = 0.1
orders = {}
speaking = threading.Lock()
collecting = threading.Lock()
samples = []
started = threading.Event()
resignation = threading.Event()
client = None
at = 0
end = 0
losses = 0
requests = 0
stopped = False


def now():
    return time.monotonic_ns() // 1000


def say(line):
    with speaking:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def one_line(error):
    return " ".join(str(error).split())


def sample(series, contender, since):
    instant = now()
    if instant >= at:
        with collecting:
            samples.extend((series, contender, instant - at, instant - since))


def deliver():
    global samples
    with collecting:
        taken, samples = samples, []
    if taken:
        say("samples " + " ".join(map(str, taken)))


def deliver_always():
    while not stopped:
        time.sleep(0.1)
        deliver()


def report(error):
    if not stopped:
        say("error %s %s" % (type(error).__name__, one_line(error)))


def in_thread(work, *arguments):
    threading.Thread(target=work, args=arguments, daemon=True).start()


class CountingClient(KazooClient):
    """Every request goes through here; a heartbeat does not."""

    def _call(self, request, async_object):
        global requests
        if at <= now() <= end:
            requests += 1
        return super()._call(request, async_object)


def connect():
    security = {}
    if "auth" in orders:
        credential = base64.b64decode(orders["auth"]).decode()
        security = {"auth_data": [(orders["authScheme"], credential)], "default_acl": CREATOR_ALL_ACL}
    if "tls" in orders:
        security.update(use_ssl=True, ca=orders.get("tlsCa"), certfile=orders.get("tlsCert"), keyfile=orders.get("tlsKey"))

    def on_state(state):
        global losses
        if state == KazooState.LOST:
            losses += 1

    made = CountingClient(hosts=orders["connectString"], timeout=int(orders["sessionTimeout"]) / 1000, **security)
    made.add_listener(on_state)
    made.start(timeout=int(orders["connectTimeout"]) / 1000)
    return made


def contend(contender):
    kind = orders["workload"]
    path = "%s/lock-%d" % (orders["folder"], contender % int(orders["paths"]))
    hold = float(orders["hold"]) / 1000
    if kind == "lock":
        locks = [client.Lock(path)]
    elif kind == "semaphore":
        locks = [client.Semaphore(path, max_leases=int(orders["leases"]))]
    else:
        locks = [client.ReadLock(path), client.WriteLock(path)]
    share = random.randrange(100)
    while not stopped:
        series = 0
        if len(locks) > 1:
            share += int(orders["reads"])
            series = 0 if share >= 100 else 1
            share %= 100
        lock = locks[series]
        try:
            asked = now()
            lock.acquire()
            sample(series, contender, asked)
            before = losses
            if hold > 0:
                time.sleep(hold)
            if losses != before and not stopped:
                say("lost")
            released = now()
            lock.release()
            sample(len(locks), contender, released)
        except Exception as error:
            report(error)
            time.sleep(pause)


def campaign():
    def lead():
        resignation.clear()
        before = losses
        say("leading %d" % now())
        resignation.wait()
        if losses != before:
            say("lost")
        say("resigned %d" % now())

    while not stopped:
        try:
            client.Election(orders["folder"] + "/leader", str(os.getpid())).run(lead)
        except Exception as error:
            report(error)
            time.sleep(pause)


class Raw:
    """Creates, gets, sets and deletes, a quarter of the time each: one after the other, or with so many in flight."""

    def __init__(self, worker):
        self.worker = worker
        self.home = "%s/raw-%d" % (orders["folder"], worker)
        self.data = b"x" * int(orders["size"])
        self.created = collections.deque()
        self.next = 0

    def run(self):
        client.create(self.home)
        warm = self.home + "/warm-up"
        while not stopped and now() < at:
            client.create(warm, self.data)
            client.get(warm)
            client.set(warm, self.data)
            client.delete(warm)
        lanes = int(orders["inFlight"])
        for series in range(4):
            until = at + (series + 1) * int(orders["duration"]) * 250
            if lanes == 1:
                self.one_by_one(series, until)
            else:
                ended = threading.Semaphore(0)
                for _ in range(lanes):
                    self.in_background(series, until, ended)
                for _ in range(lanes):
                    ended.acquire()
            time.sleep(max(0, until - now()) / 1e6)

    def take(self, series):
        """What the next call is about; None when nothing is left."""
        try:
            if series == 0:
                self.next += 1
                return "%s/znode-%d" % (self.home, self.next)
            if series == 3:
                return self.created.pop()
            path = self.created.popleft()
            self.created.append(path)
            return path
        except IndexError:
            return None

    def done(self, series, path, asked):
        if series == 0:
            self.created.append(path)
        sample(series, self.worker, asked)

    def one_by_one(self, series, until):
        while not stopped and now() < until:
            path = self.take(series)
            if path is None:
                return
            asked = now()
            try:
                (
                    lambda: client.create(path, self.data),
                    lambda: client.get(path),
                    lambda: client.set(path, self.data),
                    lambda: client.delete(path),
                )[series]()
                self.done(series, path, asked)
            except Exception as error:
                report(error)
                time.sleep(pause)

    def in_background(self, series, until, ended):
        path = None if stopped or now() >= until else self.take(series)
        if path is None:
            ended.release()
            return
        asked = now()

        def on_answer(answer):
            if answer.exception is None:
                self.done(series, path, asked)
                self.in_background(series, until, ended)
            else:
                report(answer.exception)
                threading.Timer(pause, self.in_background, (series, until, ended)).start()

        (
            lambda: client.create_async(path, self.data),
            lambda: client.get_async(path),
            lambda: client.set_async(path, self.data),
            lambda: client.delete_async(path),
        )[series]().rawlink(on_answer)


def work():
    global client
    try:
        client = connect()
        say("ready")
        started.wait()
        kind = orders["workload"]
        if kind == "election":
            campaign()
            return
        in_thread(deliver_always)
        contenders = list(map(int, orders["contenders"].split(",")))
        if kind == "raw":
            Raw(contenders[0]).run()
        else:
            for contender in contenders:
                in_thread(contend, contender)
    except Exception as error:
        if not stopped:
            say("failed " + (one_line(error) or type(error).__name__))


for line in sys.stdin:
    if line == ".\n":
        break
    name, _, value = line.rstrip("\n").partition(" ")
    orders[name] = value
in_thread(work)
# Not by iteration, which reads ahead.
for line in iter(sys.stdin.readline, ""):
    command = line.split()
    if command[0] == "clock":
        say("clock %d" % now())
    elif command[0] == "start":
        at = int(command[1])
        end = at + int(orders.get("duration", 0)) * 1000
        started.set()
    elif command[0] == "resign":
        resignation.set()
    elif command[0] == "stop":
        stopped = True
        deliver()
        say("requests %d" % requests)
        say("done")
        if client is not None:
            client.stop()
        break
# Threads that wait for a lock would keep this process; and a parent that is gone needs nothing more.
os._exit(0)
