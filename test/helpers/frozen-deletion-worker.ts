import {parentPort, workerData} from 'node:worker_threads';
import {connect} from '../../lib/index.ts';
import type {FrozenDeletionData} from './frozen-deletion.ts';

const {connectString, outcome} = workerData as FrozenDeletionData;
const client = await connect(connectString);

async function remove(path: string): Promise<void> {
	const code = await client.delete(path).then(
		() => 1,
		() => 2,
	);
	Atomics.store(outcome, 0, code);
	Atomics.notify(outcome, 0);
}

parentPort?.on('message', (path: string | undefined) => {
	if (path !== undefined) return void remove(path);
	parentPort?.close();
	void client.close();
});
parentPort?.postMessage('ready');
