import type {CreateMode} from '../../../znode.ts';

/**
 * ZooDefs.OpCode, as far as a client is to use it. Not here: what servers do among themselves, `create` without a stat in its reply (1), and `checkWatches` (17). That asks whether this
 * connection has a watch on the server, and nobody needs to: the client knows which it has left, and taking back one that is gone does no harm.
 */
export const opCode = {
	delete: 2,
	exists: 3,
	get: 4,
	set: 5,
	getAcl: 6,
	setAcl: 7,
	childrenWithoutStat: 8,
	sync: 9,
	ping: 11,
	children: 12,
	check: 13,
	multi: 14,
	create: 15,
	reconfig: 16,
	removeWatches: 18,
	createContainer: 19,
	createTtl: 21,
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

/** Reserved xids: these replies are told apart by them. */
export const xid = {event: -1, ping: -2, auth: -4} as const;

/** The flags of a create request, and the opcode that honours them: a container through opcode 1 or 15 silently becomes persistent. */
export const createFlags: Readonly<Record<CreateMode, {readonly flags: number; readonly code: number}>> = {
	persistent: {flags: 0, code: opCode.create},
	ephemeral: {flags: 1, code: opCode.create},
	'persistent-sequential': {flags: 2, code: opCode.create},
	'ephemeral-sequential': {flags: 3, code: opCode.create},
	container: {flags: 4, code: opCode.createContainer},
	'persistent-ttl': {flags: 5, code: opCode.createTtl},
	'persistent-sequential-ttl': {flags: 6, code: opCode.createTtl},
};
