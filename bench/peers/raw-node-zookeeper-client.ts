import {type EventEmitter, once} from 'node:events';
import {createRequire} from 'node:module';
import path from 'node:path';
import {serveWorkload} from './raw-workload.ts';

type Answered = (error?: unknown) => void;
type Watcher = (() => void) | undefined;
type NodeClient = EventEmitter & {
	connect(): void;
	close(): void;
	create(path: string, data: Buffer, answered: Answered): void;
	getData(path: string, watcher: Watcher, answered: Answered): void;
	setData(path: string, data: Buffer, answered: Answered): void;
	remove(path: string, answered: Answered): void;
};

const [connectString = '', folder = ''] = process.argv.slice(2);
const load = createRequire(path.join(folder, 'package.json'));
const {createClient} = load('node-zookeeper-client') as {
	createClient: (this: void, connectString: string, options: object) => NodeClient;
};

await serveWorkload(async () => {
	const client = createClient(connectString, {sessionTimeout: 30_000});
	const connected = once(client, 'connected');
	client.connect();
	await connected;
	return {
		create: (node, data, done) => client.create(node, data, done),
		get: (node, done) => client.getData(node, undefined, done),
		set: (node, data, done) => client.setData(node, data, done),
		delete: (node, done) => client.remove(node, done),
		watch: (node, onFired, done) => client.getData(node, onFired, done),
		close: () => client.close(),
	};
});
