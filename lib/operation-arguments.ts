import {InvalidArgumentError} from './errors/argument-error.ts';
import {validatePath, validateSequentialPath} from './paths.ts';
import {type CreateMode, createModes} from './znode.ts';

/** A server keeps it in 40 bits: `org.apache.zookeeper.server.EphemeralType.TTL`. */
const maxTtl = 2 ** 40 - 1;

type CreateArguments = {readonly mode: CreateMode; readonly ttl: number | undefined};

/** @throws InvalidArgumentError */
export function checkCreate(path: string, {mode, ttl}: CreateArguments): void {
	if (!createModes.includes(mode))
		throw new InvalidArgumentError('options.mode', mode, `one of ${createModes.join(', ')}`);
	if (mode.includes('sequential')) validateSequentialPath(path);
	else validatePath(path);
	if (mode.endsWith('ttl') !== (ttl !== undefined))
		throw new InvalidArgumentError('options.ttl', ttl, 'given with the ttl modes, and only with them');
	if (ttl !== undefined && !(Number.isInteger(ttl) && ttl >= 1 && ttl <= maxTtl))
		throw new InvalidArgumentError('options.ttl', ttl, `a whole number of milliseconds from 1 to ${maxTtl}`);
}

/** @throws InvalidArgumentError */
export function checkCreateParents(createParents: boolean | 'persistent' | undefined): void {
	if (createParents !== undefined && typeof createParents !== 'boolean' && createParents !== 'persistent')
		throw new InvalidArgumentError('options.createParents', createParents, "true, false or 'persistent'");
}

/** For what has one path only. @throws InvalidArgumentError */
export function checkNotSequential(mode: CreateMode | undefined): void {
	if (mode?.includes('sequential'))
		throw new InvalidArgumentError('options.mode', mode, 'a mode that is not sequential');
}

/** The version to send; -1 matches any. @throws InvalidArgumentError */
export function versionOf({version = -1}: {readonly version?: number | undefined}): number {
	if (!Number.isInteger(version) || version < -(2 ** 31) || version > 2 ** 31 - 1)
		throw new InvalidArgumentError('options.version', version, 'a 32-bit whole number, -1 for any');
	return version;
}
