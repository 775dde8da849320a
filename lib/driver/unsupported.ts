import {isUtf8} from 'node:buffer';
import {UnsupportedError} from '../errors/argument-error.ts';
import type {Acl} from '../znode.ts';
import type {Capabilities} from './driver.ts';
import type {AuthRequest, CreateRequest, OperationName, RequestOf, SetRequest} from './operation.ts';

const maxInt = 2 ** 31 - 1;

const needs: Partial<Record<OperationName, {readonly capability: keyof Capabilities; readonly what: string}>> = {
	multi: {capability: 'multi', what: 'transactions'},
	multiRead: {capability: 'multiRead', what: 'reads of many znodes at once'},
	getAcl: {capability: 'getAcl', what: 'a way to read ACLs'},
	addWatch: {capability: 'persistentWatches', what: 'persistent watches'},
	removeWatches: {capability: 'removeWatches', what: 'a way to take watches back'},
	ephemerals: {capability: 'ephemerals', what: 'a list of ephemeral znodes'},
	descendantCount: {capability: 'descendantCount', what: 'a count of descendants'},
	whoAmI: {capability: 'whoAmI', what: '`whoAmI`'},
	reconfig: {capability: 'reconfig', what: '`reconfig`'},
	sasl: {capability: 'sasl', what: 'SASL'},
};

/** What the capabilities rule out, to be said before any I/O. */
export function unsupported<Name extends OperationName>(
	capabilities: Capabilities,
	operation: Name,
	request: RequestOf<Name>,
): UnsupportedError | undefined {
	const need = needs[operation];
	if (need && !capabilities[need.capability]) return missing(need.what);
	if (operation === 'auth' && !capabilities.binaryCredentials && !isUtf8((request as AuthRequest).auth))
		return missing('credentials that are not UTF-8');
	if (operation !== 'create' && operation !== 'set') return undefined;
	if (!capabilities.nullData && (request as SetRequest).data === null)
		return missing('a way to write `null`', '; write empty data instead');
	if (operation === 'set') return undefined;
	const {acl, ttl} = request as CreateRequest;
	if (!capabilities.longTtl && ttl !== undefined && ttl > maxInt) return missing(`ttl above ${maxInt} ms`);
	if (!capabilities.aclAtCreate && !isOpen(acl))
		return missing(
			'ACLs at create',
			'; create the znode with `openAcl` and then call `setAcl`, if it may be open meanwhile',
		);
	return undefined;
}

/** @param instead what else can be done */
export function missing(what: string, instead = ''): UnsupportedError {
	return new UnsupportedError(
		`this driver has no ${what}; the wire driver has (leave out the option \`driver\`)${instead}`,
	);
}

function isOpen(acl: Acl): boolean {
	return acl.every(({permissions, scheme, id}) => permissions === 'all' && scheme === 'world' && id === 'anyone');
}
