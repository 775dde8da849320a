import {type EventEmitter, once} from 'node:events';
import {createRequire} from 'node:module';
import path from 'node:path';
import {serveWorkload} from './raw-workload.ts';

type Answered = (resultCode: number) => void;
/** The part of the addon that is used here, without its promises. */
type Addon = EventEmitter & {
	init(options: object): void;
	close(): void;
	a_create(path: string, data: Buffer, flags: number, answered: Answered): void;
	a_get(path: string, watch: boolean, answered: Answered): void;
	a_set(path: string, data: Buffer, version: number, answered: Answered): void;
	a_delete_(path: string, version: number, answered: Answered): void;
	aw_get(path: string, fired: () => void, answered: Answered): void;
};

const [connectString = '', folder = ''] = process.argv.slice(2);
const load = createRequire(path.join(folder, 'package.json'));
const ZooKeeper = load('zookeeper') as new () => Addon;

const heard =
	(done: (error?: unknown) => void): Answered =>
	resultCode =>
		resultCode === 0 ? done() : done(new Error(`refused with ${resultCode}`));

await serveWorkload(async () => {
	const addon = new ZooKeeper();
	const connected = once(addon, 'connect');
	addon.init({connect: connectString, timeout: 30_000, debug_level: 1, host_order_deterministic: false});
	await connected;
	return {
		create: (node, data, done) => addon.a_create(node, data, 0, heard(done)),
		get: (node, done) => addon.a_get(node, false, heard(done)),
		set: (node, data, done) => addon.a_set(node, data, -1, heard(done)),
		delete: (node, done) => addon.a_delete_(node, -1, heard(done)),
		watch: (node, onFired, done) => addon.aw_get(node, onFired, heard(done)),
		close: () => addon.close(),
	};
});
