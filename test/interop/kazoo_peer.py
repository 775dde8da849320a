"""A real kazoo client, driven over pipes: a command a line, `<number> <verb> <path>[#contender] [argument]`, and a line `<number> <result>` for each, in whatever
order they end. Every contender of a path has a thread and objects of its own.
"""

import os
import queue
import sys
import threading

from kazoo.client import KazooClient

client = KazooClient(hosts=sys.argv[1], timeout=10)
writing = threading.Lock()
contenders = {}


def reply(number, result):
    with writing:
        print(number, result, flush=True)


class Contender:
    def __init__(self, path):
        self.path = path
        self.locks = {}
        self.election = None
        self.leading = threading.Event()
        self.resigned = threading.Event()
        self.commands = queue.Queue()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            number, verb, argument = self.commands.get()
            try:
                reply(number, getattr(self, verb.replace("-", "_"))(argument))
            except Exception as error:
                reply(number, "error " + repr(error))

    def lock(self, argument):
        """`<kind>[:<patterns of others' names, with commas between them, or a semaphore's leases>]`"""
        if argument not in self.locks:
            kind, _, rest = argument.partition(":")
            patterns = rest.split(",") if rest else []
            if kind == "semaphore":
                self.locks[argument] = client.Semaphore(self.path, "kazoo", max_leases=int(rest))
            else:
                recipe = {"lock": client.Lock, "read": client.ReadLock, "write": client.WriteLock}[kind]
                self.locks[argument] = recipe(self.path, "kazoo", extra_lock_patterns=patterns)
        return self.locks[argument]

    def acquire(self, argument):
        self.lock(argument).acquire()
        return "acquired"

    def try_(self, argument):
        return "acquired" if self.lock(argument).acquire(blocking=False) else "held"

    def release(self, argument):
        self.lock(argument).release()
        return "released"

    def participants(self, argument):
        return ",".join(self.lock(argument).contenders())

    def lease_holders(self, argument):
        return ",".join(sorted(self.lock(argument).lease_holders()))

    def data(self, argument):
        return client.get(argument)[0].decode()

    def count(self, argument):
        """The counter of the path, after so much was added."""
        counter = client.Counter(self.path, support_curator=True)
        if argument != "0":
            counter += int(argument)
        return str(counter.value)

    def elect(self, argument):
        """Election takes no patterns, but its lock can be replaced by one that does."""
        self.leading.clear()
        self.resigned.clear()
        self.election = client.Election(self.path, "kazoo")
        self.election.lock = self.lock(argument)
        threading.Thread(target=self.election.run, args=(self.lead,), daemon=True).start()
        return "started"

    def lead(self):
        self.leading.set()
        self.resigned.wait()

    def await_term(self, argument):
        self.leading.wait()
        return "leading"

    def elected(self, argument):
        return ",".join(self.election.contenders())

    def resign(self, argument):
        self.resigned.set()
        return "resigned"


client.start()
reply("0", "ready")
for line in sys.stdin:
    number, verb, key, argument = (line.rstrip("\n").split(" ", 3) + [""])[:4]
    if key not in contenders:
        contenders[key] = Contender(key.split("#")[0])
    contenders[key].commands.put((number, "try_" if verb == "try" else verb, argument))
# The owner is gone: end at once, and the session with it.
client.stop()
os._exit(0)
