import type {Client} from '../../lib/index.ts';
import {type AcquireOptions, LeaderLatch, Mutex, ReadWriteLock, Semaphore} from '../../recipes/index.ts';
import {BargingLock} from './controls/barging-lock.ts';
import {TextbookLock} from './controls/textbook-lock.ts';
import {UnguardedSemaphore} from './controls/unguarded-semaphore.ts';
import type {Role} from './history.ts';
import {type LockKind, permits} from './judge.ts';
import type {Random} from './seeded-random.ts';
import {byDowngrade, byLeadership, byMultiLock, bySelector} from '../helpers/ways-to-hold.ts';

/** What is held, of whatever kind. */
export type Held = {
	readonly token: bigint;
	readonly permits: number;
	/** When the contender knew its place, where that is not the create of the znode with this token. */
	readonly queuedAt?: number | undefined;
	readonly signal: AbortSignal;
	throwIfLost(): void;
	release(): Promise<void>;
};

/** One request for it, drawn from what the subject offers. */
export type Turn = {readonly role: Role; acquire(options: AcquireOptions): Promise<Held>};

/** What a worker's tasks compete for. */
export type Subject = {
	readonly kind: LockKind;
	/** How many tasks in each process. */
	readonly tasks: number;
	/** Where its contenders queue, below the subject's own path. */
	readonly queue: string;
	/** Whether `acquire` takes a signal. */
	readonly isAbortable: boolean;
	draw(random: Random): Turn;
};

/** The recipes. */
type RecipeName = 'mutex' | 'latch' | 'read-write' | 'semaphore';
/** Locks that are broken on purpose, to see that the check would notice; but `textbook`, which they are made from, is sound. */
type ControlName = 'textbook' | 'ownerless' | 'clockless' | 'reader-blind' | 'unguarded' | 'barging';
export type SubjectName = RecipeName | ControlName;

type Open = (client: Client, path: string) => Subject;

type LeaseLike = Omit<Held, 'token' | 'permits'> & {readonly fencingToken: bigint};

async function one(lease: Promise<LeaseLike>): Promise<Held> {
	const held = await lease;
	return {
		token: held.fencingToken,
		permits: 1,
		queuedAt: held.queuedAt,
		signal: held.signal,
		throwIfLost: () => held.throwIfLost(),
		release: () => held.release(),
	};
}

const product = {queue: '', tasks: 1, isAbortable: true};
const control = {...product, isAbortable: false};

function exclusive(acquire: (options: AcquireOptions) => Promise<LeaseLike>): Turn {
	return {role: 'exclusive', acquire: options => one(acquire(options))};
}

function exclusively(acquire: (options: AcquireOptions) => Promise<LeaseLike>): Pick<Subject, 'draw'> {
	return {draw: () => exclusive(acquire)};
}

/** The first of them most often. */
function weighed<T>(ways: readonly T[], random: Random): T {
	const drawn = random() < 0.6 ? 0 : 1 + Math.floor(random() * (ways.length - 1));
	return ways[drawn] as T;
}

const subjects: Readonly<Record<SubjectName, Open>> = {
	mutex: (client, path) => {
		const mutex = new Mutex(client, path);
		const ways = [
			(options: AcquireOptions) => mutex.acquire(options),
			(options: AcquireOptions) => byMultiLock(client, path, options),
			(options: AcquireOptions) => bySelector(client, path, options),
		];
		return {...product, kind: 'mutex', tasks: 3, draw: random => exclusive(weighed(ways, random))};
	},
	latch: (client, path) => {
		const latch = new LeaderLatch(client, path);
		const ways = [
			(options: AcquireOptions) => latch.acquire(options),
			(options: AcquireOptions) => byLeadership(latch, options),
		];
		return {...product, kind: 'mutex', draw: random => exclusive(weighed(ways, random))};
	},
	'read-write': (client, path) => {
		const lock = new ReadWriteLock(client, path);
		const turns: readonly Turn[] = [
			{role: 'shared', acquire: options => one(lock.read.acquire(options))},
			{role: 'exclusive', acquire: options => one(lock.write.acquire(options))},
			{role: 'shared', acquire: options => one(byDowngrade(lock, options))},
		];
		return {...product, kind: 'read-write', draw: random => weighed(turns, random)};
	},
	semaphore: (client, path) => {
		const semaphore = new Semaphore(client, path, {leases: permits});
		const take = async (count: number, options: AcquireOptions): Promise<Held> => {
			const group = await semaphore.acquireMany(count, options);
			return {
				token: group.leases[0]?.fencingToken ?? 0n,
				permits: count,
				signal: group.signal,
				throwIfLost: () => group.throwIfLost(),
				release: () => group.release(),
			};
		};
		const draw = (random: Random): Turn => {
			const count = random() < 0.7 ? 1 : 2;
			return {role: 'permits', acquire: options => take(count, options)};
		};
		return {...product, kind: 'semaphore', queue: '/locks', draw};
	},
	ownerless: (client, path) => {
		const lock = new TextbookLock(client, path, {checksOwner: false});
		return {...control, kind: 'mutex', ...exclusively(() => lock.acquire())};
	},
	clockless: (client, path) => {
		const lock = new TextbookLock(client, path, {hasOwnClock: false});
		return {...control, kind: 'mutex', ...exclusively(() => lock.acquire())};
	},
	textbook: (client, path) => {
		const lock = new TextbookLock(client, path, {});
		return {...control, kind: 'mutex', ...exclusively(() => lock.acquire())};
	},
	'reader-blind': (client, path) => {
		const read = new TextbookLock(client, path, {kind: '__READ__', waitsFor: ['__WRIT__']});
		const write = new TextbookLock(client, path, {kind: '__WRIT__', waitsFor: ['__WRIT__']});
		const turns: readonly Turn[] = [
			{role: 'shared', acquire: () => one(read.acquire())},
			{role: 'exclusive', acquire: () => one(write.acquire())},
		];
		return {...control, kind: 'read-write', draw: random => turns[random() < 0.5 ? 0 : 1] as Turn};
	},
	unguarded: (client, path) => {
		const semaphore = new UnguardedSemaphore(client, path, permits);
		return {
			...control,
			kind: 'semaphore',
			draw: () => ({role: 'permits', acquire: () => one(semaphore.acquire())}),
		};
	},
	barging: (client, path) => {
		const lock = new BargingLock(client, path);
		return {...control, kind: 'mutex', ...exclusively(() => lock.acquire())};
	},
};

export const recipes: readonly RecipeName[] = ['mutex', 'latch', 'read-write', 'semaphore'];

export function openSubject(name: SubjectName, client: Client, path: string): Subject {
	return subjects[name](client, path);
}

/** By what rules the subject is judged. */
export const kindOf: Readonly<Record<SubjectName, LockKind>> = {
	mutex: 'mutex',
	latch: 'mutex',
	'read-write': 'read-write',
	semaphore: 'semaphore',
	ownerless: 'mutex',
	clockless: 'mutex',
	textbook: 'mutex',
	'reader-blind': 'read-write',
	unguarded: 'semaphore',
	barging: 'mutex',
};
