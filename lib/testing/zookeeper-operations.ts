/** ZooKeeper's opcodes by the names of its Java source, as a request header carries them. */
const opcodes = {
	create: 1,
	delete: 2,
	exists: 3,
	getData: 4,
	setData: 5,
	getACL: 6,
	setACL: 7,
	getChildren: 8,
	sync: 9,
	ping: 11,
	getChildren2: 12,
	check: 13,
	multi: 14,
	create2: 15,
	reconfig: 16,
	checkWatches: 17,
	removeWatches: 18,
	createContainer: 19,
	createTTL: 21,
	multiRead: 22,
	auth: 100,
	setWatches: 101,
	sasl: 102,
	getEphemerals: 103,
	getAllChildrenNumber: 104,
	setWatches2: 105,
	addWatch: 106,
	whoAmI: 107,
	closeSession: -11,
} as const;

/** A request by its opcode's name; the handshake as `connect`; a watch event, which answers no request, as the reply `notification`. */
export type ZooKeeperOperation = keyof typeof opcodes | 'connect' | 'notification';

const names = new Map<number, ZooKeeperOperation>(
	Object.entries(opcodes).map(([name, opcode]) => [opcode, name as keyof typeof opcodes]),
);

/** The name of an opcode, if it has one. */
export function zooKeeperOperation(opcode: number): ZooKeeperOperation | undefined {
	return names.get(opcode);
}

export const zooKeeperOperations: readonly ZooKeeperOperation[] = [...names.values(), 'connect', 'notification'];

/** The requests whose body starts with the path of a znode. */
export const pathFirst: ReadonlySet<ZooKeeperOperation> = new Set<ZooKeeperOperation>([
	'create',
	'delete',
	'exists',
	'getData',
	'setData',
	'getACL',
	'setACL',
	'getChildren',
	'sync',
	'getChildren2',
	'create2',
	'checkWatches',
	'removeWatches',
	'createContainer',
	'createTTL',
	'getEphemerals',
	'getAllChildrenNumber',
	'addWatch',
]);
