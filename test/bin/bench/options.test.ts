import test from 'ava';
import {BenchError} from '../../../bin/bench/bench-error.ts';
import {benchHelp} from '../../../bin/bench/help.ts';
import {parseBenchOptions} from '../../../bin/bench/options.ts';

test('without options: 8 contenders of one lock in 2 processes on a server of our own', t => {
	t.deepEqual(parseBenchOptions(['lock']), {
		kind: 'run',
		options: {
			workload: {
				kind: 'lock',
				sessionTimeout: 10_000,
				connectTimeout: 10_000,
				duration: 10_000,
				warmUp: 1000,
				contenders: 8,
				processes: 2,
				paths: 1,
				hold: 5,
			},
			connectString: undefined,
			peer: undefined,
			security: {authFile: undefined, saslFile: undefined, tls: undefined},
			json: false,
			report: undefined,
			compare: undefined,
		},
	});
});

test('every option is heard', t => {
	const request = parseBenchOptions(
		'rwlock zk1:2181,zk2:2181/app --contenders 4 --processes 4 --paths 2 --hold 1.5s --duration 2m --warm-up 0 --reads 50 --json --report a.html --compare b.json'.split(
			' ',
		),
	);
	t.like(request, {
		options: {
			workload: {contenders: 4, processes: 4, paths: 2, hold: 1500, duration: 120_000, warmUp: 0, reads: 50},
			connectString: 'zk1:2181,zk2:2181/app',
			json: true,
			report: 'a.html',
			compare: 'b.json',
		},
	});
	t.like(
		parseBenchOptions(
			'lock zk1 --peer kazoo --auth-file a --sasl-file b --tls-ca ca.pem --tls-cert c.pem --tls-key k.pem'.split(' '),
		),
		{
			options: {
				peer: 'kazoo',
				security: {authFile: 'a', saslFile: 'b', tls: {ca: 'ca.pem', cert: 'c.pem', key: 'k.pem'}},
			},
		},
	);
	t.like(parseBenchOptions(['lock', 'zk1', '--tls']), {options: {security: {tls: {ca: undefined}}}});
	t.like(parseBenchOptions(['semaphore', '--leases', '2']), {options: {workload: {kind: 'semaphore', leases: 2}}});
	t.like(parseBenchOptions(['raw', '--in-flight', '100', '--size=0']), {
		options: {workload: {kind: 'raw', inFlight: 100, size: 0, processes: 2}},
	});
	t.like(parseBenchOptions(['election', '--kills', '0', '--rounds', '5']), {
		options: {workload: {kind: 'election', kills: 0, rounds: 5, contenders: 3, sessionTimeout: 4000}},
	});
	t.like(parseBenchOptions(['lock', '--contenders', '1']), {options: {workload: {contenders: 1, processes: 1}}});
});

test('help is asked for in two ways, and names every workload', t => {
	t.deepEqual(parseBenchOptions(['--help']), {kind: 'help'});
	t.deepEqual(parseBenchOptions(['lock', '-h', '--hold', 'long']), {kind: 'help'});
	for (const kind of ['lock', 'rwlock', 'semaphore', 'election', 'raw'])
		t.regex(benchHelp, new RegExp(`docent bench ${kind} `));
});

for (const [line, says] of [
	['', /^what to measure must be one of lock, rwlock, semaphore, raw, election, not undefined; see --help$/],
	['lcok', /not 'lcok'; see --help$/],
	['lock zk1 zk2', /^one connect string is accepted, not also 'zk2'; see --help$/],
	['raw --hold 5ms', /^--hold is not an option of docent bench raw; see --help$/],
	['lock --in-flight 2', /^--in-flight is not an option of docent bench lock; see --help$/],
	['lock --hold 5', /^--hold must be a time from 0ms to 3600s, such as 5ms or 1.5s, not '5'$/],
	['lock --duration 99ms', /--duration must be a time from 100ms/],
	['lock --contenders 0', /^--contenders must be a whole number from 1 to 10000, not '0'$/],
	['lock --contenders 4 --processes 5', /^--processes must be a whole number from 1 to 4, not '5'$/],
	['lock --contenders 4 --paths 5', /^--paths must be a whole number from 1 to 4, not '5'$/],
	['rwlock --reads 101', /^--reads must be a whole number from 0 to 100/],
	['semaphore --leases 0', /^--leases must be a whole number from 1 to 10000, not '0'$/],
	['election --contenders 1', /from 2 to 100/],
	['election --rounds 0 --kills 0', /^--rounds and --kills must not both be 0$/],
	['lock --peer etcd', /^--peer must be one of curator, kazoo, go, not 'etcd'$/],
	['rwlock --peer go', /^--peer go: go-zookeeper 1.0.4 has nothing for docent bench rwlock, only for lock, raw$/],
	['lock zk1 --tls-cert c.pem', /^--tls-cert and --tls-key must come together$/],
	['lock --tls', /^--tls needs a connect string/],
	['lock --contendres 4', /^Unknown option '--contendres'; see --help$/],
	['lock --hold', /^Option '--hold <value>' argument missing; see --help$/],
] as const) {
	test(`a mistake is told in one line: ${line}`, t => {
		const error = t.throws(() => parseBenchOptions(line.split(' ').filter(Boolean)), {instanceOf: BenchError});
		t.is(error?.code, 'USAGE');
		t.regex(error?.message ?? '', says);
		t.false(error?.message.includes('\n'));
	});
}
