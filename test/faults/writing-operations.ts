import {createHash} from 'node:crypto';
import type {Client, CreateOptions} from '../../lib/index.ts';
import type {ZooKeeperOperation} from '../../lib/testing/index.ts';
import {superuser} from '../helpers/superuser.ts';
import type {Operation} from './operation.ts';

const exists = async (witness: Client, path: string): Promise<number> => ((await witness.exists(path)) ? 1 : 0);
const made = (witness: Client, path: string): Promise<number> => exists(witness, `${path}/new`);
const makings = async (witness: Client, path: string): Promise<number> =>
	(await witness.children(path)).children.length;
const writings = async (witness: Client, path: string): Promise<number> => (await witness.get(path)).stat.version;
const aclWritings = async (witness: Client, path: string): Promise<number> => (await witness.get(path)).stat.aversion;
const deleted = async (witness: Client, path: string): Promise<number> => 1 - (await exists(witness, path));
const open = [{permissions: 'all', scheme: 'world', id: 'anyone'}] as const;

/** An observer for each path, at an address of its own; nothing runs there. */
function observerOf(path: string): {readonly id: number; readonly line: string} {
	const [a = 0, b = 0, c = 0] = createHash('sha1').update(path).digest();
	return {
		id: 10 + a * 2 ** 16 + b * 2 ** 8 + c,
		line: `server.${10 + a * 2 ** 16 + b * 2 ** 8 + c}=127.${a}.${b}.${c}:2888:3888:observer;127.${a}.${b}.${c}:2181`,
	};
}

function create(
	name: string,
	kind: Operation['kind'],
	op: ZooKeeperOperation,
	options: CreateOptions,
	{isEphemeral = false, done = made}: Partial<Pick<Operation, 'isEphemeral' | 'done'>> = {},
): Operation {
	return {
		name: `\`create\`${name}`,
		op,
		kind,
		isEphemeral,
		run: (client, path, call) => client.create(`${path}/new`, 'x', {...options, ...call}),
		done,
	};
}

/** Every method of `Client` that changes something on the server, in its kinds that differ under faults. */
export const writingOperations: readonly Operation[] = [
	create('', 'once', 'create2', {}),
	create(', ephemeral', 'once', 'create2', {mode: 'ephemeral'}, {isEphemeral: true}),
	create(', container', 'once', 'createContainer', {mode: 'container'}),
	create(', with a TTL', 'once', 'createTTL', {mode: 'persistent-ttl', ttl: 600_000}),
	create(
		', sequential, not protected',
		'once',
		'create2',
		{mode: 'persistent-sequential', protect: false},
		{done: makings},
	),
	create(', sequential, protected', 'protected', 'create2', {mode: 'persistent-sequential'}, {done: makings}),
	create(
		', ephemeral, sequential, protected',
		'protected',
		'create2',
		{mode: 'ephemeral-sequential'},
		{isEphemeral: true, done: makings},
	),
	create(', idempotent', 'again', 'create2', {idempotent: true}),
	create(', ephemeral, idempotent', 'again', 'create2', {mode: 'ephemeral', idempotent: true}, {isEphemeral: true}),
	{
		name: '`create`, with `createParents`',
		// Of the parent, which goes ahead of the child in one flight.
		op: 'createContainer',
		kind: 'once',
		run: (client, path, options) => client.create(`${path}/new/child`, 'x', {...options, createParents: true}),
		done: made,
	},
	{
		name: '`create`, in a namespace',
		op: 'create2',
		kind: 'once',
		run: (client, path, options) => client.namespace(path.slice(1)).create('/new', 'x', options),
		done: made,
	},
	{
		name: '`create`, in a namespace that is not there',
		// Of the namespace.
		op: 'createContainer',
		kind: 'once',
		run: (client, path, options) => client.namespace(`${path.slice(1)}/new`).create('/child', 'x', options),
		done: made,
	},
	{
		name: '`set`',
		op: 'setData',
		kind: 'once',
		run: (client, path, options) => client.set(path, 'x', options),
		done: writings,
	},
	{
		name: '`set`, idempotent, of a version',
		op: 'setData',
		kind: 'again',
		run: (client, path, options) => client.set(path, 'x', {...options, version: 0, idempotent: true}),
		done: writings,
	},
	{
		name: '`set`, idempotent, of any version',
		op: 'setData',
		kind: 'twice',
		run: (client, path, options) => client.set(path, 'x', {...options, idempotent: true}),
		done: writings,
	},
	{
		name: '`delete`',
		op: 'delete',
		kind: 'once',
		run: (client, path, options) => client.delete(path, options),
		done: deleted,
	},
	{
		name: '`delete`, idempotent',
		op: 'delete',
		kind: 'again',
		run: (client, path, options) => client.delete(path, {...options, idempotent: true}),
		done: deleted,
	},
	{
		name: '`setAcl` of a version',
		op: 'setACL',
		kind: 'once',
		run: (client, path, options) => client.setAcl(path, open, {...options, version: 0}),
		done: aclWritings,
	},
	{
		name: '`setAcl` of any version',
		op: 'setACL',
		kind: 'twice',
		run: (client, path, options) => client.setAcl(path, open, options),
		done: aclWritings,
	},
	{
		name: '`transaction`',
		op: 'multi',
		kind: 'once',
		run: (client, path, options) => client.transaction().set(path, 'x').create(`${path}/new`).commit(options),
		done: async (witness, path) => Math.max(await writings(witness, path), await made(witness, path)),
	},
	{
		name: '`reconfig`',
		op: 'reconfig',
		kind: 'once',
		prepare: client => client.addAuth(superuser.scheme, superuser.auth),
		run: (client, path, options) => client.reconfig({joining: [observerOf(path).line]}, options),
		done: async (witness, path) =>
			(await witness.getConfig()).servers.filter(({id}) => id === observerOf(path).id).length,
	},
	{
		name: '`ensure`',
		op: 'create2',
		kind: 'again',
		run: (client, path, options) => client.ensure(`${path}/new`, 'x', options),
		done: made,
	},
	{
		name: '`setOrCreate`, of a new znode',
		op: 'create2',
		kind: 'once',
		run: (client, path, options) => client.setOrCreate(`${path}/new`, 'x', options),
		done: made,
	},
	{
		name: '`setOrCreate`, idempotent',
		op: 'create2',
		kind: 'again',
		run: (client, path, options) => client.setOrCreate(`${path}/new`, 'x', {...options, idempotent: true}),
		done: made,
	},
	{
		name: '`deleteTree`',
		op: 'delete',
		kind: 'again',
		run: (client, path, options) => client.deleteTree(path, options),
		done: deleted,
	},
	{
		name: '`deleteGuaranteed`',
		op: 'delete',
		kind: 'guaranteed',
		run: (client, path, {signal}) => client.deleteGuaranteed(path, {signal}),
		done: deleted,
	},
];
