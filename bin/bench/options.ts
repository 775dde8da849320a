import {inspect, parseArgs} from 'node:util';
import {BenchError} from './bench-error.ts';
import {formatDuration, parseDuration} from './duration.ts';
import {type PeerKind, peerFacts, peerKinds} from './peers/peer-kind.ts';
import type {SecurityOptions} from './security.ts';
import type {Workload} from './workload.ts';

export type BenchOptions = {
	readonly workload: Workload;
	/** `undefined`: a server of our own. */
	readonly connectString: string | undefined;
	/** Whose client library does the work; `undefined`: ours. */
	readonly peer: PeerKind | undefined;
	readonly security: SecurityOptions;
	readonly json: boolean;
	readonly report: string | undefined;
	readonly compare: string | undefined;
};
export type BenchRequest = {readonly kind: 'help'} | {readonly kind: 'run'; readonly options: BenchOptions};

const text = {type: 'string'} as const;
const flag = {type: 'boolean'} as const;
const known = {
	contenders: text,
	hold: text,
	paths: text,
	reads: text,
	leases: text,
	'in-flight': text,
	size: text,
	processes: text,
	duration: text,
	'warm-up': text,
	rounds: text,
	kills: text,
	'session-timeout': text,
	'connect-timeout': text,
	peer: text,
	'auth-file': text,
	'sasl-file': text,
	tls: flag,
	'tls-ca': text,
	'tls-cert': text,
	'tls-key': text,
	json: flag,
	report: text,
	compare: text,
	help: {type: 'boolean', short: 'h'},
} as const;
type Name = keyof typeof known;
type Values = {readonly [Key in Name]?: string | boolean};

const general: readonly Name[] = [
	'session-timeout',
	'connect-timeout',
	'peer',
	'auth-file',
	'sasl-file',
	'tls',
	'tls-ca',
	'tls-cert',
	'tls-key',
	'json',
	'report',
	'compare',
	'help',
];
const timed: readonly Name[] = ['processes', 'duration', 'warm-up'];
const contended: readonly Name[] = [...timed, 'contenders', 'hold', 'paths'];
const optionsOf: Readonly<Record<Workload['kind'], readonly Name[]>> = {
	lock: contended,
	rwlock: [...contended, 'reads'],
	semaphore: [...contended, 'leases'],
	raw: [...timed, 'in-flight', 'size'],
	election: ['contenders', 'rounds', 'kills'],
};
const kinds = Object.keys(optionsOf) as Workload['kind'][];
const hour = 3_600_000;

/** @throws {BenchError} `USAGE`: one line that says what is wrong and what is accepted */
export function parseBenchOptions(args: readonly string[]): BenchRequest {
	const {values, positionals} = parse(args);
	if (values.help) return {kind: 'help'};
	const [name, connectString, ...more] = positionals;
	const kind = kinds.find(each => each === name);
	if (!kind) throw usage(`what to measure must be one of ${kinds.join(', ')}, not ${inspect(name)}; see --help`);
	if (more.length > 0) throw usage(`one connect string is accepted, not also ${inspect(more[0])}; see --help`);
	const foreign = (Object.keys(values) as Name[]).find(
		each => !general.includes(each) && !optionsOf[kind].includes(each),
	);
	if (foreign) throw usage(`--${foreign} is not an option of docent bench ${kind}; see --help`);
	const read = new Reader(values);
	const security = securityOf(read);
	if (security.tls && connectString === undefined)
		throw usage('--tls needs a connect string: the server that is started here has no certificate');
	return {
		kind: 'run',
		options: {
			workload: workloadOf(kind, read),
			connectString,
			peer: peerOf(kind, read),
			security,
			json: read.flag('json'),
			report: read.text('report'),
			compare: read.text('compare'),
		},
	};
}

function peerOf(kind: Workload['kind'], read: Reader): PeerKind | undefined {
	const value = read.text('peer');
	if (value === undefined) return undefined;
	const peer = peerKinds.find(each => each === value);
	if (!peer) throw refuse('peer', value, `one of ${peerKinds.join(', ')}`);
	const {name, workloads} = peerFacts[peer];
	if (!workloads.includes(kind))
		throw usage(`--peer ${peer}: ${name} has nothing for docent bench ${kind}, only for ${workloads.join(', ')}`);
	return peer;
}

function securityOf(read: Reader): SecurityOptions {
	const files = {ca: read.text('tls-ca'), cert: read.text('tls-cert'), key: read.text('tls-key')};
	if ((files.cert === undefined) !== (files.key === undefined))
		throw usage('--tls-cert and --tls-key must come together');
	const isSecure = read.flag('tls') || files.ca !== undefined || files.cert !== undefined;
	return {authFile: read.text('auth-file'), saslFile: read.text('sasl-file'), tls: isSecure ? files : undefined};
}

function workloadOf(kind: Workload['kind'], read: Reader): Workload {
	const sessions = {
		sessionTimeout: read.time('session-timeout', kind === 'election' ? 4000 : 10_000, 100, hour),
		connectTimeout: read.time('connect-timeout', 10_000, 100, hour),
	};
	if (kind === 'election') {
		const election = {
			kind,
			...sessions,
			contenders: read.whole('contenders', 3, 2, 100),
			rounds: read.whole('rounds', 20, 0, 10_000),
			kills: read.whole('kills', 2, 0, 100),
		};
		if (election.rounds + election.kills === 0) throw usage('--rounds and --kills must not both be 0');
		return election;
	}
	const times = {
		...sessions,
		duration: read.time('duration', 10_000, 100, hour),
		warmUp: read.time('warm-up', 1000, 0, hour),
	};
	if (kind === 'raw')
		return {
			kind,
			...times,
			processes: read.whole('processes', 2, 1, 100),
			inFlight: read.whole('in-flight', 1, 1, 10_000),
			size: read.whole('size', 100, 0, 1_000_000),
		};
	const contenders = read.whole('contenders', 8, 1, 10_000);
	const contention = {
		...times,
		contenders,
		processes: read.whole('processes', Math.min(2, contenders), 1, Math.min(100, contenders)),
		paths: read.whole('paths', 1, 1, contenders),
		hold: read.time('hold', 5, 0, hour),
	};
	if (kind === 'rwlock') return {kind, ...contention, reads: read.whole('reads', 80, 0, 100)};
	if (kind === 'semaphore') return {kind, ...contention, leases: read.whole('leases', 3, 1, 10_000)};
	return {kind, ...contention};
}

class Reader {
	readonly #values: Values;

	constructor(values: Values) {
		this.#values = values;
	}

	flag(name: Name): boolean {
		return this.#values[name] === true;
	}

	text(name: Name): string | undefined {
		const value = this.#values[name];
		return typeof value === 'string' ? value : undefined;
	}

	whole(name: Name, byDefault: number, least: number, most: number): number {
		const value = this.#values[name];
		if (value === undefined) return byDefault;
		const number = /^\d+$/.test(String(value)) ? Number(value) : Number.NaN;
		if (!(number >= least && number <= most)) throw refuse(name, value, `a whole number from ${least} to ${most}`);
		return number;
	}

	time(name: Name, byDefault: number, least: number, most: number): number {
		const value = this.#values[name];
		if (value === undefined) return byDefault;
		const duration = parseDuration(String(value)) ?? Number.NaN;
		const bounds = `from ${formatDuration(least)} to ${formatDuration(most)}`;
		if (!(duration >= least && duration <= most)) throw refuse(name, value, `a time ${bounds}, such as 5ms or 1.5s`);
		return duration;
	}
}

function parse(args: readonly string[]): {readonly values: Values; readonly positionals: readonly string[]} {
	try {
		return parseArgs({args: [...args], options: known, allowPositionals: true});
	} catch (error) {
		// Node's own messages go on, after their first sentence, about how to quote positional arguments.
		const [message = 'bad options'] = (error as Error).message.split('. ');
		throw new BenchError('USAGE', `${message.replace(/\.$/, '')}; see --help`, {cause: error});
	}
}

function refuse(name: Name, value: string | boolean, accepted: string): BenchError {
	return usage(`--${name} must be ${accepted}, not ${inspect(value)}`);
}

function usage(message: string): BenchError {
	return new BenchError('USAGE', message);
}
