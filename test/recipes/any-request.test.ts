import test from 'ava';
import type {Client} from '../../lib/index.ts';
import type {FrameMatch, ProxiedOperation} from '../../lib/testing/index.ts';
import type {Cancellable} from '../../lib/util/cancellable.ts';
import {DoubleBarrier, PersistentNode, Queue} from '../../recipes/index.ts';
import {ProxiedClient} from '../helpers/proxied-client.ts';
import {QueueOnlooker} from '../helpers/queue-onlooker.ts';

let onlooker: QueueOnlooker;
test.before(async () => {
	onlooker = await QueueOnlooker.start();
});
test.after.always(() => onlooker?.[Symbol.asyncDispose]());

type Recipe = {
	prepare(): Promise<void>;
	run(options: Cancellable): Promise<void>;
	/** Does, without faults, what an aborted run has left to others. */
	finish(): Promise<void>;
	/** Where it makes znodes. */
	readonly folders: readonly string[];
};

const nothing = async (): Promise<void> => {};

/** What this waits for is not a lease: those are in lease-kinds.test.ts. */
const recipes: Readonly<Record<string, (client: Client, path: string) => Recipe>> = {
	'double-barrier': (client, path) => {
		const run = async (options: Cancellable): Promise<void> => {
			await using stay = await new DoubleBarrier(client, path, {members: 1}).enter(options);
			await stay.leave(options);
		};
		// Who enters next closes what was left open.
		return {prepare: nothing, run, finish: () => run({}), folders: [path]};
	},
	queue: (client, path) => {
		const queue = new Queue(client, path);
		return {
			prepare: () => new Queue(onlooker.client, path).put('item'),
			run: options => queue.take(() => {}, options),
			finish: async () => {
				for (const _ of await onlooker.names(path)) await queue.take(() => {});
			},
			folders: [path, queue.lockPath],
		};
	},
	'persistent-node': (client, path) => ({
		prepare: nothing,
		run: async options => {
			await using node = PersistentNode.start(client, `${path}/a`, {mode: 'ephemeral-sequential'});
			await node.whenCreated(options);
			await node.set('b', options);
		},
		finish: nothing,
		folders: [path],
	}),
};

type Frame = {readonly op: ProxiedOperation; readonly earlier: number};

async function framesOf(recipe: Recipe, {proxy}: ProxiedClient): Promise<Frame[]> {
	await recipe.prepare();
	await recipe.run({});
	await recipe.prepare();
	// Nobody waits for the end of a watch.
	const recording = proxy.record({ignore: ['ping', 'removeWatches']});
	await recipe.run({});
	recording.stop();
	const ops = recording.requests.flatMap(({op}) => (op === 'unknown' ? [] : [op]));
	return ops.map((op, index) => ({op, earlier: ops.slice(0, index).filter(other => other === op).length}));
}

function frameMatch(side: 'request' | 'reply', {op, earlier}: Frame): FrameMatch {
	let seen = 0;
	const where = (): boolean => seen++ === earlier;
	return side === 'request' ? {request: op, where} : {reply: op, where};
}

async function nothingLeft({folders}: Recipe, client: Client): Promise<void> {
	for (const folder of folders) await onlooker.nothingLeft(folder, client);
}

for (const [name, open] of Object.entries(recipes)) {
	for (const side of ['request', 'reply'] as const) {
		test(`${name}: an abort at any ${side} leaves nothing`, async t => {
			await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
			const recipe = open(one.client, `/any/abort-${name}-${side}`);
			let hits = 0;
			for (const frame of await framesOf(recipe, one)) {
				await recipe.prepare();
				using held = one.proxy.hold(frameMatch(side, frame));
				const controller = new AbortController();
				const running = recipe.run({signal: controller.signal}).catch((error: {code: string}) => error.code);
				// A request that nobody waits for may be left out by a run that is faster.
				await Promise.race([held.arrived, running]);
				controller.abort();
				held.release();
				t.true([undefined, 'ABORTED'].includes((await running) ?? undefined), frame.op);
				await recipe.finish();
				await nothingLeft(recipe, one.client);
				hits += held.hits;
			}
			t.true(hits > 2);
		});

		test(`${name}: a connection lost at any ${side} costs nothing but time`, async t => {
			await using one = await ProxiedClient.connect(onlooker.server, {sessionTimeout: 60_000});
			const recipe = open(one.client, `/any/reset-${name}-${side}`);
			let hits = 0;
			for (const frame of await framesOf(recipe, one)) {
				await recipe.prepare();
				using rule = one.proxy.resetOn(frameMatch(side, frame));
				await t.notThrowsAsync(recipe.run({}), frame.op);
				await nothingLeft(recipe, one.client);
				hits += rule.hits;
			}
			t.true(hits > 2);
		});
	}
}
