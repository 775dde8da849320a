import {OffsetDataError} from './lane-error.ts';

/** What a lane's `offset` znode says. */
export type OffsetRecord = {
	/** The offset of the first input record that is not known to be committed. Never ahead of the sink. */
	readonly next: bigint;
	/** Raised by every takeover: the fencing token of the lane. */
	readonly epoch: bigint;
	/** Counts the commits of the epoch. */
	readonly seq: bigint;
	/** The owner's `workerId`. */
	readonly owner: string;
	/** The name of the owner's lock znode. */
	readonly lock: string;
	/** The owner's transactional id: whom a successor has to fence. */
	readonly txn: string;
	/** The owner left in order: nothing of it can be open, so it need not be fenced. */
	readonly clean: boolean;
	readonly carrier: 'kafka';
	/** The sink has held a position of this lane. */
	readonly established: boolean;
	/** Milliseconds since the epoch, for people who look. */
	readonly ts: number;
};

/** As JSON that a person can read. */
export function encodeOffsetRecord({next, epoch, seq, ...rest}: OffsetRecord): string {
	return JSON.stringify({v: 1, next: String(next), epoch: Number(epoch), seq: Number(seq), ...rest});
}

/** @throws OffsetDataError when it is anything else than `encodeOffsetRecord` writes, also when a later version of this package wrote it */
export function decodeOffsetRecord(data: Buffer | null, path: string): OffsetRecord {
	const fields = parse(data, path);
	const refuse = (name: string, accepted: string): never => {
		throw new OffsetDataError(path, `\`${name}\` must be ${accepted}, it is ${JSON.stringify(fields[name])}`);
	};
	const text = (name: string): string => {
		const value = fields[name];
		return typeof value === 'string' ? value : refuse(name, 'a string');
	};
	const count = (name: string): number => {
		const value = fields[name];
		return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : refuse(name, 'a count');
	};
	const flag = (name: string): boolean => {
		const value = fields[name];
		return typeof value === 'boolean' ? value : refuse(name, 'true or false');
	};
	if (fields['v'] !== 1) refuse('v', '1');
	if (fields['carrier'] !== 'kafka') refuse('carrier', '"kafka"');
	const next = text('next');
	if (!/^(?:0|[1-9]\d{0,18})$/.test(next)) refuse('next', 'a decimal offset');
	return {
		next: BigInt(next),
		epoch: BigInt(count('epoch')),
		seq: BigInt(count('seq')),
		owner: text('owner'),
		lock: text('lock'),
		txn: text('txn'),
		clean: flag('clean'),
		carrier: 'kafka',
		established: flag('established'),
		ts: count('ts'),
	};
}

function parse(data: Buffer | null, path: string): Readonly<Record<string, unknown>> {
	let fields: unknown;
	try {
		fields = JSON.parse(String(data));
	} catch (error) {
		throw new OffsetDataError(path, 'it is not JSON', {cause: error});
	}
	if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
		throw new OffsetDataError(path, 'it is not a JSON object');
	return fields as Readonly<Record<string, unknown>>;
}
