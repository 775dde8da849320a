import {fileURLToPath} from 'node:url';
import test from 'ava';
import {Board} from '../../../bin/demo/board.ts';
import {Crew} from '../../../bin/demo/crew.ts';
import {DemoError} from '../../../bin/demo/demo-error.ts';
import {type Deferred, deferred} from '../../../lib/util/deferred.ts';
import {until} from '../../helpers/until.ts';

const program = fileURLToPath(new URL('./idle-worker.js', import.meta.url));

function start(): {readonly board: Board; readonly crew: Crew; readonly failed: Deferred<Error>} {
	const board = new Board(0, () => {});
	const failed = deferred<Error>();
	const orders = {connectString: '', brokers: []};
	return {board, failed, crew: new Crew({board, orders, program, onFailure: failed.resolve})};
}

function stateOf(board: Board, id: string): string | undefined {
	return board.snapshot().workers.find(worker => worker.id === id)?.state;
}

test('workers are hired, heard, and dismissed', async t => {
	const {board, crew} = start();
	await using _ = crew;
	crew.hire('w1');
	crew.hire('w2');
	t.is(stateOf(board, 'w1'), 'starting');
	await until(() => stateOf(board, 'w1') === 'working' && stateOf(board, 'w2') === 'working');
	await until(() => board.snapshot().events.length === 2);
	t.deepEqual(
		board
			.snapshot()
			.events.map(({text, tone}) => `${text} ${tone}`)
			.sort(),
		['w1 is here good', 'w2 is here good'],
	);
	await crew.dismiss();
	t.is(stateOf(board, 'w1'), 'finished');
	t.is(stateOf(board, 'w2'), 'finished');
});

test('a kill is no failure, and who was killed is not dismissed', async t => {
	const {board, crew, failed} = start();
	await using _ = crew;
	crew.hire('w1');
	await until(() => stateOf(board, 'w1') === 'working');
	await crew.kill('w1');
	t.is(stateOf(board, 'w1'), 'killed');
	await crew.dismiss();
	failed.resolve(new Error('nothing failed'));
	t.is((await failed.promise).message, 'nothing failed');
});

test('a worker that ends by itself is a failure, with what it said', async t => {
	const {crew, failed} = start();
	await using _ = crew;
	crew.hire('broken');
	const error = await failed.promise;
	t.true(error instanceof DemoError);
	t.regex(error.message, /worker broken ended with code 1\n[^]*this worker is broken/);
});

test('so is one that does not end in order', async t => {
	const {board, crew, failed} = start();
	await using _ = crew;
	crew.hire('clumsy');
	await until(() => stateOf(board, 'clumsy') === 'working');
	await crew.dismiss();
	t.regex((await failed.promise).message, /worker clumsy ended with code 3/);
});

test('nobody is left when the crew is', async t => {
	const {board, crew, failed} = start();
	crew.hire('w1');
	await until(() => stateOf(board, 'w1') === 'working');
	const frozen = crew.freeze('w1');
	await frozen.frozen;
	t.is(stateOf(board, 'w1'), 'frozen');
	await crew[Symbol.asyncDispose]();
	await frozen[Symbol.asyncDispose]();
	failed.resolve(new Error('nothing failed'));
	t.is((await failed.promise).message, 'nothing failed');
});

test('unknown workers are refused', async t => {
	const {crew} = start();
	await using _ = crew;
	await t.throwsAsync(crew.kill('w9'), {instanceOf: DemoError});
	t.throws(() => crew.freeze('w9'), {instanceOf: DemoError});
});
