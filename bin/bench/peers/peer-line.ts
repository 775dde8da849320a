import type {Command, Report, WorkerOrders} from '../messages.ts';

/*
 * What a worker that is no Node.js hears and says, a line each. It hears its orders, `name value`, then `.`, then commands: `clock`, `start <at>`, `resign`, `stop`.
 * It says `ready`, `clock <now>`, `samples` with four numbers each (series, contender, when it was over since the start, how long it took), `error <code> <message>`,
 * `lost`, `leading <at>`, `resigned <at>`, `requests <count>`, `failed <message>`, and `done` when it was told to stop. Times are microseconds of its own clock.
 */
export type PeerReport = Report | {readonly kind: 'clock'; readonly now: number};

/** `undefined` for what none of the peers says: a library may write where it should not. */
export function parsePeerLine(line: string): PeerReport | undefined {
	const [kind = '', ...words] = line.split(' ');
	const [first = ''] = words;
	switch (kind) {
		case 'ready':
		case 'lost':
		case 'done':
			return {kind};
		case 'clock':
			return {kind, now: Number(first)};
		case 'samples':
			return {kind, samples: Uint32Array.from(words, Number)};
		case 'requests':
			return {kind, count: Number(first), roundTrips: undefined};
		case 'leading':
		case 'resigned':
			return {kind, at: Number(first)};
		case 'error':
			return {kind, code: first, message: words.slice(1).join(' ')};
		case 'failed':
			return {kind, message: words.join(' ')};
		default:
			return undefined;
	}
}

/** @param ahead how many microseconds our clock is ahead of the peer's */
export function commandLine(command: Command, ahead: number): string {
	return command.kind === 'start' ? `start ${Math.round(command.at - ahead)}` : command.kind;
}

/** Secrets are among them: they go through a pipe, because everybody can read a process's arguments. */
export function orderLines({connectString, folder, workload, contenders, security}: WorkerOrders): readonly string[] {
	const {auth, tls} = security;
	const {kind, ...settings} = workload;
	const orders = {
		...settings,
		workload: kind,
		// Which it plays, in place of how many there are.
		contenders: contenders.join(),
		connectString,
		folder,
		...(auth ? {authScheme: auth.scheme, auth: Buffer.from(auth.auth).toString('base64')} : {}),
		...(tls ? {tls: 'on', tlsCa: tls.ca, tlsCert: tls.cert, tlsKey: tls.key, tlsKeyStore: tls.keyStore} : {}),
	};
	const lines = Object.entries(orders).filter(([, value]) => value !== undefined);
	return [...lines.map(([name, value]) => `${name} ${value}`), '.'];
}
