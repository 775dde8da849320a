import {setImmediate as turn} from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import {
	type Client,
	connect,
	NodeExistsError,
	NoNodeError,
	type Stat,
	TransactionError,
	type WatchNotice,
} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {collectEvents} from '../helpers/collect-events.ts';

const root = '/order';
const paths = ['/order/a', '/order/b', '/order/c'] as const;
const step = fc.record({
	who: fc.constantFrom('own', 'other', 'read'),
	what: fc.constantFrom('set', 'create', 'delete', 'multi-create', 'multi-delete'),
	path: fc.constantFrom(...paths),
});
type Write = 'set' | 'create' | 'delete' | 'multi-create' | 'multi-delete';

/** What one write has done. @property zxid unknown where a server does not tell it */
type Change = {readonly zxid: bigint | undefined; readonly events: readonly string[]};

/** `undefined` if it was refused. */
async function write(client: Client, what: Write, path: string): Promise<Change | undefined> {
	try {
		if (what === 'set') return {zxid: (await client.set(path, 'x')).mzxid, events: [`changed ${path}`]};
		if (what === 'create') return {zxid: (await client.create(path)).stat.czxid, events: [`created ${path}`]};
		if (what === 'delete') {
			await client.delete(path);
			return {zxid: undefined, events: [`deleted ${path}`]};
		}
		const isCreate = what === 'multi-create';
		const transaction = isCreate ? client.transaction().create(path) : client.transaction().delete(path);
		const [, result] = await transaction.set(root, 'x').commit();
		const zxid = result?.operation === 'set' ? result.stat.mzxid : undefined;
		return {zxid, events: [`${isCreate ? 'created' : 'deleted'} ${path}`, `changed ${root}`]};
	} catch (error) {
		if ([NoNodeError, NodeExistsError, TransactionError].some(kind => error instanceof kind)) return undefined;
		throw error;
	}
}

/** One-shot watches: what they saw when they were left, and what they were told, in its order. */
class OneShots {
	readonly told: string[] = [];
	readonly #seen = new Map<string, Stat | undefined>();
	/** By the watch's name: what a change of the tree tells it, if anything. */
	readonly #watches = new Map<string, (change: string) => string | undefined>();

	async leave(client: Client): Promise<void> {
		const watch = (name: string) => {
			return {watch: ({type, path}: WatchNotice): void => void this.told.push(`${name}: ${type} ${path}`)};
		};
		for (const path of [root, ...paths]) {
			const stat = await client.exists(path, watch(`data ${path}`));
			this.#seen.set(path, stat);
			this.#watches.set(`data ${path}`, change => (change.endsWith(` ${path}`) ? change : undefined));
			if (!stat) continue;
			await client.children(path, watch(`child ${path}`));
			this.#watches.set(`child ${path}`, change => {
				if (change === `deleted ${path}`) return change;
				return path === root && /^(created|deleted) /.test(change) ? `children ${path}` : undefined;
			});
		}
	}

	/** The watches that have not been told of what a read shows. */
	unawareOf(path: string, now: Stat | undefined): string[] {
		const seen = this.#seen.get(path);
		const isSame = seen?.czxid === now?.czxid;
		const changed = [
			...(isSame && seen?.mzxid === now?.mzxid ? [] : [`data ${path}`]),
			...(path !== root || seen?.pzxid === now?.pzxid ? [] : [`child ${path}`]),
		];
		return changed.filter(name => !this.#isTold(name));
	}

	/** The watches that have not been told of a change which was made. */
	unawareOfChange({events}: Change): string[] {
		return [...this.#watches].flatMap(([name, tells]) => (events.some(tells) && !this.#isTold(name) ? [name] : []));
	}

	/** What they should have been told, with the position of the change. */
	expected(changes: readonly string[]): Map<string, number> {
		return new Map(
			[...this.#watches].flatMap(([name, tells]) => {
				const index = changes.findIndex(change => tells(change) !== undefined);
				return index === -1 ? [] : [[`${name}: ${tells(changes[index] ?? '')}`, index] as const];
			}),
		);
	}

	#isTold(name: string): boolean {
		return this.told.some(text => text.startsWith(`${name}: `));
	}
}

test('what a read shows, or the answer to a write of one’s own, an event has told before; events come in the order of the changes', async t => {
	await using server = await TestingServer.start();
	await using plain = await connect(server.connectString, {sessionTimeout: 40_000});
	await using streaming = await connect(server.connectString, {sessionTimeout: 40_000});
	await plain.create(root);
	const recursive = collectEvents(streaming.watch(root, {mode: 'recursive'}));
	const persistent = collectEvents(streaming.watch(root));
	const settle = async (): Promise<void> => {
		await Promise.all([plain.sync(root), streaming.sync(root)]);
		await turn();
	};
	await settle();
	t.deepEqual([recursive.told.splice(0), persistent.told.splice(0)], [[`armed ${root}`], [`armed ${root}`]]);
	await fc.assert(
		fc.asyncProperty(fc.boolean(), fc.array(step, {minLength: 1, maxLength: 25}), async (isPlain, steps) => {
			const [own, other] = isPlain ? [plain, streaming] : [streaming, plain];
			const oneShots = new OneShots();
			await oneShots.leave(own);
			const untold: string[] = [];
			const changes: Change[] = [];
			await Promise.all(
				steps.map(async ({who, what, path}) => {
					if (who === 'read') {
						const look = async (): Promise<void> =>
							void untold.push(...oneShots.unawareOf(path, await own.exists(path)));
						const list = async (): Promise<void> =>
							void untold.push(...oneShots.unawareOf(root, (await own.children(root)).stat));
						await Promise.all([look(), list()]);
						return;
					}
					const change = await write(who === 'own' ? own : other, what, path);
					if (!change) return;
					changes.push(change);
					if (who === 'other') return;
					untold.push(...oneShots.unawareOfChange(change));
					// What a stream has been told, its reader has by the next turn.
					await turn();
					if (own === streaming) untold.push(...change.events.filter(event => !recursive.told.includes(event)));
				}),
			);
			const program = JSON.stringify({isPlain, steps});
			t.deepEqual(untold, [], program);
			await settle();
			const told = recursive.told.splice(0);

			const known = changes.flatMap(({zxid, events}) => (zxid === undefined ? [] : [{zxid, events}]));
			const inOrder = known.sort((one, two) => Number(one.zxid - two.zxid)).flatMap(({events}) => events);
			const isTimed = (event: string): boolean => !event.startsWith('deleted ');
			t.deepEqual(told.filter(isTimed), inOrder.filter(isTimed), program);
			t.deepEqual(told.toSorted(), changes.flatMap(({events}) => events).toSorted(), program);
			const beforeRoot = (events: readonly string[]): (string | undefined)[] =>
				events.flatMap((event, index) => (event === `changed ${root}` ? [events[index - 1]] : []));
			t.deepEqual(beforeRoot(told), beforeRoot(inOrder), program);
			const ofRoot = told.flatMap(event => {
				if (event === `changed ${root}`) return [event];
				return event.startsWith('changed ') ? [] : [`children ${root}`];
			});
			t.deepEqual(persistent.told.splice(0), ofRoot, program);

			const expected = oneShots.expected(told);
			t.deepEqual(oneShots.told.toSorted(), [...expected.keys()].toSorted(), program);
			const positions = oneShots.told.map(text => expected.get(text) ?? NaN);
			t.deepEqual(
				positions,
				positions.toSorted((one, two) => one - two),
				program,
			);
			for (const path of [root, ...paths]) await own.unwatchAll(path);
		}),
	);
});
