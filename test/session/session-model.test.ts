import assert from 'node:assert/strict';
import {setImmediate as turn} from 'node:timers/promises';
import ava from 'ava';
import fc from 'fast-check';
import {RefusedError} from '../../lib/driver/driver.ts';
import {ConnectionLossError, isCoordinationError} from '../../lib/index.ts';
import {type Answer, limits, type Outcome, SessionModel} from '../helpers/session-model.ts';
import {openSession, type SessionRig} from '../helpers/session-rig.ts';
import {VirtualTime} from '../helpers/virtual-time.ts';

// One at a time: the time of the process is the test's.
const test = ava.serial;

type Walk = {readonly rig: SessionRig; readonly time: VirtualTime; readonly outcomes: (Outcome | undefined)[]};
type Move = {
	readonly name: string;
	readonly isPossible?: (model: SessionModel) => boolean;
	/** How long the event loop is blocked before, ms. */
	readonly late?: number;
	readonly onModel: (model: SessionModel) => void;
	readonly onSession: (walk: Walk, model: SessionModel) => void;
};

type WalkOptions = Pick<fc.Parameters, 'seed' | 'numRuns' | 'endOnFailure' | 'includeErrorInReport'>;

const refusals = {refused: -101, expired: -112, 'auth failed': -115} as const;
const outcomeOfCode = new Map<string, Outcome>([
	['NO_NODE', 'refused'],
	['SESSION_EXPIRED', 'expired'],
	['CLIENT_CLOSED', 'closed'],
	['AUTH_FAILED', 'auth failed'],
]);

function outcomeOf(error: unknown): Outcome {
	if (error instanceof ConnectionLossError) return error.sent ? 'loss, sent' : 'loss, unsent';
	const outcome = isCoordinationError(error) ? outcomeOfCode.get(error.code) : undefined;
	assert.ok(outcome, String(error));
	return outcome;
}

/** Each call's outcome stands where the model has it. */
function follow({outcomes}: Walk, call: Promise<unknown>): void {
	const id = outcomes.push(undefined) - 1;
	call.then(
		() => (outcomes[id] = 'reply'),
		(error: unknown) => (outcomes[id] = outcomeOf(error)),
	);
}

const isLive = ({status}: SessionModel): boolean => status !== 'closed';
const isLinked = (model: SessionModel): boolean => isLive(model) && model.isLinked;
const isUnlinked = (model: SessionModel): boolean => isLive(model) && !model.isLinked;

const connected = (readOnly: boolean, late: number): Move => ({
	name: readOnly ? 'connected, read-only' : 'connected',
	isPossible: isUnlinked,
	late,
	onModel: model => model.connect(readOnly),
	onSession: ({rig}, {sessionId, sessions}) =>
		rig.driver.connect({sessionId: sessionId ?? sessions + 1n, readOnly, timeout: limits.sessionTimeout}),
});
const disconnected = (late: number): Move => ({
	name: 'disconnected',
	isPossible: isLinked,
	late,
	onModel: model => model.disconnect(),
	onSession: ({rig}) => rig.driver.disconnect(),
});
const expired: Move = {
	name: 'expired',
	isPossible: isUnlinked,
	onModel: model => model.expire(),
	onSession: ({rig}) => rig.driver.says.expired(),
};
const dialFailed: Move = {
	name: 'dial failed',
	isPossible: isUnlinked,
	onModel: () => {},
	onSession: ({rig}) => rig.driver.says.dialFailed(new Error('nobody listens')),
};
const called = (isStale: boolean, late: number): Move => ({
	name: isStale ? 'call of an earlier session' : 'call',
	late,
	onModel: model => model.call(isStale),
	onSession: walk => {
		const {session} = walk.rig;
		const path = `/${walk.outcomes.length}`;
		const request = {path, watch: false};
		follow(walk, session.call('get', request, {operation: 'get', path}, undefined, isStale ? -1 : undefined));
	},
});
const credentialAdded: Move = {
	name: 'credential added',
	onModel: model => model.addCredential(),
	onSession: walk => follow(walk, walk.rig.session.addCredential({scheme: 'digest', auth: Buffer.from('u:p')})),
};
const answered = (answer: Answer, pick: number, late: number): Move => ({
	name: `answered: ${answer}`,
	isPossible: model => isLinked(model) && model.wire.length > 0,
	late,
	onModel: model => {
		const sent = model.wire[pick % model.wire.length];
		if (sent) model.answer(sent, answer);
	},
	onSession: ({rig}, {wire}) => {
		const call = rig.driver.calls[pick % wire.length];
		rig.driver.says.answered(wire[pick % wire.length]?.sentAt ?? NaN);
		// The clock may have ended the session over that: then the driver has given the call up.
		if (!call || !rig.driver.calls.includes(call)) return;
		rig.driver.calls.splice(rig.driver.calls.indexOf(call), 1);
		if (answer === 'reply') call.reply.resolve(undefined);
		else call.reply.reject(new RefusedError(refusals[answer]));
	},
});
const watchEvent = (late: number): Move => ({
	name: 'watch event',
	isPossible: isLinked,
	late,
	onModel: model => model.check(),
	onSession: ({rig}) => rig.driver.says.event({type: 'changed', path: '/'}),
});
const passed = (duration: number): Move => ({
	name: `${duration} ms pass`,
	onModel: model => model.pass(duration),
	onSession: ({time}) => time.pass(duration),
});
const closed: Move = {
	name: 'close',
	onModel: model => model.close(),
	onSession: ({rig}) => void rig.session.close(),
};

/** What the model has to foretell, of either. */
function compare(model: SessionModel, {rig, time, outcomes}: Walk): void {
	const {session, driver, told} = rig;
	const {state, stats} = session;
	const {status, since, sessionId, readOnly, expectedUntil} = model;
	const details = {
		connected: {sessionId, readOnly},
		suspended: {sessionId, expiresAt: expectedUntil},
	} as const;
	const stated = {status, since, ...(status === 'connected' || status === 'suspended' ? details[status] : {})};
	assert.deepEqual('cause' in state ? {status: state.status, since: state.since} : {...state}, stated);
	assert.deepEqual(told, model.told);
	assert.deepEqual(
		outcomes,
		model.calls.map(({outcome}) => outcome),
	);
	assert.deepEqual(
		driver.calls.map(({operation, request}) =>
			'path' in (request as object) ? (request as {path: string}).path : operation,
		),
		model.wire.map(({name, call}) => (name === 'get' && call ? `/${call.id}` : name)),
	);
	assert.equal(session.era, model.era);
	if (status !== 'closed') assert.equal(session.sessionId, sessionId);
	assert.equal(session.trustedUntil, model.trustedUntil);
	assert.equal(stats.requests.waiting, model.waiting.length);
	assert.equal(stats.sessions, Number(model.sessions));
	assert.equal(time.pending, model.waiting.length + (model.clock ? 1 : 0), 'timers');
}

class Step implements fc.AsyncCommand<SessionModel, Walk> {
	readonly #move: Move;

	constructor(move: Move) {
		this.#move = move;
	}

	check(model: SessionModel): boolean {
		return this.#move.isPossible?.(model) ?? true;
	}

	async run(model: SessionModel, walk: Walk): Promise<void> {
		const {late = 0, onModel, onSession} = this.#move;
		walk.time.block(late);
		model.now += late;
		onSession(walk, model);
		onModel(model);
		await turn();
		// What fell due while the event loop was blocked.
		walk.time.pass(0);
		model.pass(0);
		await turn();
		compare(model, walk);
	}

	toString(): string {
		const {name, late = 0} = this.#move;
		return late > 0 ? `${late} ms blocked, then ${name}` : name;
	}
}

const late = fc.oneof({weight: 9, arbitrary: fc.constant(0)}, fc.constantFrom(100, 1000, 3000, 3100, 5000));
const moves: fc.Arbitrary<Move>[] = [
	...Array.from({length: 3}, () =>
		fc.tuple(fc.constantFrom(false, false, false, true), late).map(([readOnly, ms]) => connected(readOnly, ms)),
	),
	late.map(disconnected),
	fc.constant(expired),
	late.map(ms => called(false, ms)),
	fc.tuple(fc.constantFrom(false, false, false, true), late).map(([isStale, ms]) => called(isStale, ms)),
	fc.constant(credentialAdded),
	...Array.from({length: 2}, () =>
		fc
			.tuple(fc.constantFrom<Answer>('reply', 'reply', 'reply', 'refused', 'expired', 'auth failed'), fc.nat(9), late)
			.map(([answer, pick, ms]) => answered(answer, pick, ms)),
	),
	late.map(watchEvent),
	fc.constantFrom(100, 1000, 2000, 3000, 3100, 4000).map(passed),
	fc.oneof({weight: 9, arbitrary: fc.constant(dialFailed)}, fc.constant(closed)),
];

/** Walks sessions beside the model, each to its end. @param spoil what is wrong with the session, if anything is */
async function walkAll(options: WalkOptions, spoil?: (rig: SessionRig) => void): Promise<Set<string>> {
	const seen = new Set<string>();
	const walks = fc.commands(
		moves.map(move => move.map(made => new Step(made))),
		{maxCommands: 40, size: 'max'},
	);
	const property = fc.asyncProperty(walks, async steps => {
		using time = new VirtualTime();
		const {leaseMargin, connectTimeout, maxWaitingCalls} = limits;
		const rig = openSession({leaseMargin, connectTimeout, maxWaitingCalls});
		spoil?.(rig);
		const model = new SessionModel();
		const walk: Walk = {rig, time, outcomes: []};
		await fc.asyncModelRun(() => ({model, real: walk}), steps);
		await new Step(closed).run(model, walk);
		assert.ok(!walk.outcomes.includes(undefined), 'every call has settled');
		assert.equal(time.pending, 0, 'no timer is left');
		await rig.session.closed;
		for (const event of [...model.told, ...walk.outcomes]) if (event) seen.add(event);
	});
	await fc.assert(property, options);
	return seen;
}

test('#12 every walk of a session is the one foretold: state, events, calls and timers', async t => {
	const seen = await walkAll({numRuns: 1500, includeErrorInReport: true});
	t.deepEqual([...seen].sort(), [
		'auth failed',
		'closed',
		'connected',
		'expired',
		'loss, sent',
		'loss, unsent',
		'lost',
		'reconnected',
		'refused',
		'reply',
		'suspended',
		'untrusted',
	]);
});

const faults: Readonly<Record<string, (rig: SessionRig) => void>> = {
	'an expiry is not heard': ({driver}) => {
		driver.says.expired = () => {};
	},
	'an answer does not prove life': ({driver}) => {
		driver.says.answered = () => {};
	},
	'a connection that goes is not heard': ({driver}) => {
		driver.says.disconnected = () => {};
	},
	'an event is told twice': ({emitter, told}) => {
		emitter.on('suspended', () => told.push('suspended'));
	},
	'an event is not told': ({told}) => {
		told.push = (...events) =>
			Array.prototype.push.apply(
				told,
				events.filter(event => event !== 'untrusted'),
			);
	},
	'calls in flight do not hear that their session was given up': ({driver}) => {
		driver.renew = () => {};
	},
	'a call that waited is made again in the next session': ({session}) => {
		const call = session.call.bind(session);
		session.call = (operation, request, name, signal, era) =>
			call(operation, request, name, signal, era).catch((error: unknown) => {
				if (!isCoordinationError(error, 'SESSION_EXPIRED')) throw error;
				return call(operation, request, name, signal);
			});
	},
};

for (const [name, spoil] of Object.entries(faults)) {
	test(`the walk finds what is wrong: ${name}`, async t => {
		// Always the same walks: that they find it is no matter of luck.
		await t.throwsAsync(walkAll({seed: 1, numRuns: 300, endOnFailure: true}, spoil), {message: /Counterexample/});
	});
}
