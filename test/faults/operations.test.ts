import anyTest, {type TestFn} from 'ava';
import {type Client, connect, type OperationOptions} from '../../lib/index.ts';
import {TestingCluster, type TestingServer} from '../../lib/testing/index.ts';
import {eventually} from '../helpers/eventually.ts';
import {ProxiedClient} from '../helpers/proxied-client.ts';
import {superuserArgument} from '../helpers/superuser.ts';
import {expectedOutcome, inWords, type Outcome, settledAs} from './fault-outcome.ts';
import {committed, written} from './fault-table.ts';
import type {Operation} from './operation.ts';
import {type OperationFault, operationFaults} from './operation-faults.ts';
import {readingOperations} from './reading-operations.ts';
import {writingOperations} from './writing-operations.ts';

// One fault at a time, of all operations at once.
const test = (anyTest as TestFn<{cluster: TestingCluster; server: TestingServer; witness: Client}>).serial;
const operations = [...readingOperations, ...writingOperations];
const faults = Object.keys(operationFaults) as OperationFault[];
const table = new Map(operations.map(({name}) => [name, new Map<string, string>()]));

test.before(async t => {
	// An ensemble of one, which can be reconfigured.
	const cluster = await TestingCluster.start({size: 1, reconfigurable: true, javaArguments: [superuserArgument]});
	const server = await cluster.leader();
	t.context = {cluster, server, witness: await connect(server.connectString, {sessionTimeout: 30_000})};
});
test.after.always(async t => {
	await t.context.witness.close();
	await t.context.cluster.close();
});

for (const fault of faults) {
	test(`${fault}: every operation settles as it should, and the server has done what that says`, async t => {
		const {server, witness} = t.context;
		const outcomes = await Promise.all(
			operations.map((operation, index) =>
				outcomeOf(operation, fault, {server, witness, path: `/${faults.indexOf(fault)}-${index}`}),
			),
		);
		for (const [index, operation] of operations.entries()) {
			const outcome = outcomes[index];
			t.deepEqual(outcome, expectedOutcome(operation, fault), operation.name);
			if (outcome) table.get(operation.name)?.set(fault, inWords(outcome));
		}
	});
}

test('the table of docs/faults.md is what was seen', t => {
	const seen = written(table);
	t.is(committed('one server', seen), seen);
});

type Place = {readonly server: TestingServer; readonly witness: Client; readonly path: string};

async function outcomeOf(
	operation: Operation,
	fault: OperationFault,
	{server, witness, path}: Place,
): Promise<Outcome> {
	// Time enough for a busy machine: what is silent is noticed after two thirds of it.
	const connected = await ProxiedClient.connect(server, {sessionTimeout: 6000, closeTimeout: 500});
	await using scene = Object.assign(connected, {server});
	await witness.create(path);
	await operation.prepare?.(scene.client, path);
	const start = (options: OperationOptions): Promise<unknown> =>
		operation.run(scene.client, path, options).catch((error: unknown) => error);
	const settled = settledAs(await operationFaults[fault](scene, operation.op, start));
	const {done, kind, isEphemeral} = operation;
	if (!done) return {settled, done: undefined};
	const expected = expectedOutcome(operation, fault).done;
	// What goes with its session, or is taken back behind an abort, goes a moment later.
	const isLater = isEphemeral || kind === 'protected';
	return {
		settled,
		done: await eventually(
			() => done(witness, path),
			seen => !isLater || seen === expected,
		),
	};
}
