import type {Lack} from '../driver-rig.ts';

/** What the native driver cannot. */
export const nativeLacks: readonly Lack[] = [
	'multi',
	'multiRead',
	'aclAtCreate',
	'getAcl',
	'statInReply',
	'nullData',
	'longTtl',
	'binaryCredentials',
	'persistentWatches',
	'removeWatches',
	'ephemerals',
	'descendantCount',
	'whoAmI',
	'reconfig',
	'sasl',
	'tls',
	'readOnlyMode',
	'replyLimit',
];
