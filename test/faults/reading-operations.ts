import type {Client, WatchListener} from '../../lib/index.ts';
import type {Operation} from './operation.ts';

const watch: WatchListener = () => {};

/** Every method of `Client` that asks a server and leaves nothing there but watches and credentials. */
export const readingOperations: readonly Operation[] = [
	{name: '`get`', op: 'getData', kind: 'read', run: (client, path, options) => client.get(path, options)},
	{
		name: '`get`, with a watch',
		op: 'getData',
		kind: 'read',
		run: (client, path, options) => client.get(path, {...options, watch}),
	},
	{
		name: '`get`, in a namespace',
		op: 'getData',
		kind: 'read',
		run: (client, path, options) => client.namespace(path.slice(1)).get('/', options),
	},
	{name: '`exists`', op: 'exists', kind: 'read', run: (client, path, options) => client.exists(path, options)},
	{
		name: '`exists`, with a watch',
		op: 'exists',
		kind: 'read',
		run: (client, path, options) => client.exists(`${path}/not-there`, {...options, watch}),
	},
	{
		name: '`children`',
		op: 'getChildren2',
		kind: 'read',
		run: (client, path, options) => client.children(path, options),
	},
	{
		name: '`children`, with a watch',
		op: 'getChildren2',
		kind: 'read',
		run: (client, path, options) => client.children(path, {...options, watch}),
	},
	{name: '`getAcl`', op: 'getACL', kind: 'read', run: (client, path, options) => client.getAcl(path, options)},
	{name: '`sync`', op: 'sync', kind: 'read', run: (client, path, options) => client.sync(path, options)},
	{
		name: '`multiRead`',
		op: 'multiRead',
		kind: 'read',
		run: (client, path, options) => client.multiRead([{type: 'get', path}], options),
	},
	{
		name: '`getEphemerals`',
		op: 'getEphemerals',
		kind: 'read',
		run: (client, path, options) => client.getEphemerals(path, options),
	},
	{
		name: '`getAllChildrenNumber`',
		op: 'getAllChildrenNumber',
		kind: 'read',
		run: (client, path, options) => client.getAllChildrenNumber(path, options),
	},
	{name: '`whoAmI`', op: 'whoAmI', kind: 'read', run: (client, _, options) => client.whoAmI(options)},
	{name: '`getConfig`', op: 'getData', kind: 'read', run: (client, _, options) => client.getConfig(options)},
	{name: '`watch`', op: 'addWatch', kind: 'stream', run: (client, path, {signal}) => firstEvent(client, path, signal)},
	{
		name: '`unwatch`',
		op: 'removeWatches',
		kind: 'guaranteed',
		prepare: (client, path) => client.get(path, {watch}),
		run: (client, path, {signal}) => client.unwatch(path, watch, {signal}),
	},
	{
		name: '`unwatchAll`',
		op: 'removeWatches',
		kind: 'guaranteed',
		prepare: (client, path) => client.get(path, {watch}),
		run: (client, path, {signal}) => client.unwatchAll(path, {signal}),
	},
	{
		name: '`addAuth`',
		op: 'auth',
		kind: 'once',
		run: (client, _, {signal}) => client.addAuth('digest', 'user:password', {signal}),
	},
];

async function firstEvent(client: Client, path: string, signal: AbortSignal | undefined): Promise<string> {
	for await (const {type} of client.watch(path, {signal})) return type;
	return 'ended';
}
