export const benchHelp: string = `docent bench: how fast locks, elections and single operations are on an ensemble

  docent bench lock      [CONNECT-STRING] [options]  contenders take turns on a Mutex
  docent bench rwlock    [CONNECT-STRING] [options]  readers and writers share a ReadWriteLock
  docent bench semaphore [CONNECT-STRING] [options]  contenders share the leases of a Semaphore
  docent bench election  [CONNECT-STRING] [options]  how long there is no leader: after one resigned, after one was killed
  docent bench raw       [CONNECT-STRING] [options]  create, get, set and delete

CONNECT-STRING is like zk1:2181,zk2:2181/app; without it a ZooKeeper of this command's own is started on this machine (needs Java 17).
All znodes are made under one folder, /docent-bench-…, which is removed at the end.

  lock, rwlock, semaphore
  --contenders N        how many contend (default 8); those of one process share its session, each queues for itself
  --hold TIME           how long each holds what it acquired (default 5ms)
  --paths N             over how many locks the contenders spread (default 1); as many as contend: also counts the round trips of an acquisition
  --reads PERCENT       rwlock: how many acquisitions of a hundred only read (default 80)
  --leases N            semaphore: how many may hold at once (default 3)

  raw
  --in-flight N         requests that each process keeps in flight (default 1: one after the other)
  --size BYTES          data of a znode (default 100)

  lock, rwlock, semaphore, raw
  --processes N         worker processes, each with a session (default 2)
  --duration TIME       how long is measured (default 10s)
  --warm-up TIME        how long it runs before that (default 1s)

  election
  --contenders N        processes that want to lead, from 2 (default 3)
  --rounds N            how often the leader resigns (default 20)
  --kills N             how often the leader is killed, which takes about a session timeout each (default 2)

  --session-timeout TIME   asked of the ensemble (default 10s, for election 4s)
  --connect-timeout TIME   after which an ensemble counts as unreachable (default 10s)
  --peer NAME           the same with another client library: curator (Java), kazoo (Python), or go (go-zookeeper: lock and raw only), if its
                        runtime is there; it is fetched or built when it is needed first. Java wants a longer --warm-up
  --auth-file FILE      a credential for the ensemble, one line like digest:user:password; or in DOCENT_BENCH_AUTH. What is created is for it alone
  --sasl-file FILE      a SASL user, one line like user:password; or in DOCENT_BENCH_SASL. Not with --peer
  --tls                 connects by TLS
  --tls-ca FILE         the certificate authority to trust, PEM (default: those that Node.js knows); implies --tls
  --tls-cert FILE, --tls-key FILE   the client's own certificate and its key, PEM; imply --tls

  --json                the result as one JSON document on the standard output
  --report FILE         also writes the result as an HTML page that needs nothing else
  --compare FILE        compares with an earlier result, which --json has written
  --help                this text

TIME is like 5ms, 1.5s or 2m. Progress goes to the standard error, results to the standard output.
Contenders wait for their turn before they ask again, so latencies are those of exactly so many callers, not of a fixed rate.

Exit code: 0 measured; 1 failed, such as an ensemble that cannot be reached; 2 a mistake in the options; 130 after Ctrl-C, with what was measured until then.`;
