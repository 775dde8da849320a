import type {OperationOptions} from './client.ts';
import type {Caller} from './caller.ts';
import {InvalidArgumentError} from './errors/argument-error.ts';
import {type KeeperError, keeperError} from './errors/keeper-error.ts';
import {validatePath} from './paths.ts';
import type {Stat} from './znode.ts';

/** One read of a `multiRead`. */
export type Read = {readonly type: 'get' | 'children'; readonly path: string};

/** One result a read, in their order; a read that was refused has an error of its own, and the others their results. `children` come without a stat. */
export type ReadResult =
	| {readonly type: 'get'; readonly path: string; readonly data: Buffer | null; readonly stat: Stat}
	| {readonly type: 'children'; readonly path: string; readonly children: readonly string[]}
	| {readonly type: 'error'; readonly path: string; readonly error: KeeperError};

/** Many reads in one request; the server answers them in one go. */
export async function multiRead(
	caller: Caller,
	reads: readonly Read[],
	options: OperationOptions,
): Promise<readonly ReadResult[]> {
	const request = reads.map(({type, path}, index) => {
		if (type !== 'get' && type !== 'children')
			throw new InvalidArgumentError(`reads[${index}].type`, type, "'get' or 'children'");
		validatePath(path, `reads[${index}].path`);
		return {type, path: caller.chroot.toServer(path)};
	});
	const [first] = reads;
	if (!first) return [];
	const outcomes = await caller.call({operation: 'multiRead', request, path: first.path, options, idempotent: true});
	// The decoder has matched their number.
	return outcomes.map((outcome, index): ReadResult => {
		const {type, path} = reads[index] as Read;
		return outcome.type === 'error'
			? {type: 'error', path, error: keeperError(outcome.resultCode, type, path)}
			: {...outcome, path};
	});
}
