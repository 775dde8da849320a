import type {Call, Caller} from './caller.ts';
import type {Created, Data} from './client.ts';
import type {OperationName, ReplyOf} from './driver/operation.ts';
import {BadVersionError, KeeperError, NodeExistsError, NoNodeError} from './errors/keeper-error.ts';
import {ConnectionLossError} from './errors/session-error.ts';
import {outcomeOf} from './retry/outcome.ts';
import {describe} from './session/call-name.ts';
import type {Stat} from './znode.ts';

type Write<Name extends OperationName> = Omit<Call<Name>, 'idempotent' | 'onRetry'>;

/** A create whose repetition takes an equal znode for what the first attempt has made. */
export function idempotentCreate(caller: Caller, write: Write<'create'>): Promise<Created> {
	const {path, data, mode} = write.request;
	const isOwn = ({stat, data: found}: Data): boolean =>
		stat.version === 0 &&
		equal(found, data) &&
		(!mode.startsWith('ephemeral') || stat.ephemeralOwner === caller.session.sessionId);
	return repeated(caller, write, async refusal => {
		const found = refusal instanceof NodeExistsError ? await look(caller, write) : undefined;
		return found && isOwn(found) ? {reply: {path, stat: found.stat}} : undefined;
	});
}

/** A set whose repetition takes the version after the expected one for what the first attempt has made, if the data is the same. */
export function idempotentSet(caller: Caller, write: Write<'set'>): Promise<Stat> {
	const {data, version} = write.request;
	return repeated(caller, write, async refusal => {
		const found = refusal instanceof BadVersionError ? await look(caller, write) : undefined;
		const isOwn = found && found.stat.version === nextVersion(version) && equal(found.data, data);
		return isOwn ? {reply: found.stat} : undefined;
	});
}

/** A delete whose repetition takes a znode that is not there for what the first attempt has done. */
export function idempotentDelete(caller: Caller, write: Write<'delete'>): Promise<void> {
	return repeated(caller, write, refusal =>
		Promise.resolve(refusal instanceof NoNodeError ? {reply: undefined} : undefined),
	);
}

/**
 * Repeats a write whose reply was lost. What such a repetition is refused with may only say that the first attempt was executed.
 *
 * @param explain the reply that was lost, if that is what the refusal says
 */
async function repeated<Name extends OperationName>(
	caller: Caller,
	write: Write<Name>,
	explain: (refusal: KeeperError) => Promise<{readonly reply: ReplyOf<Name>} | undefined>,
): Promise<ReplyOf<Name>> {
	let isAmbiguous = false;
	const onRetry = (error: unknown): void => {
		isAmbiguous ||= outcomeOf(error) === 'ambiguous';
	};
	try {
		return await caller.call({...write, idempotent: true, onRetry});
	} catch (error) {
		if (!isAmbiguous) throw error;
		// The last attempt was never sent, but an earlier one was: only together do they say what is known.
		if (error instanceof ConnectionLossError && !error.sent)
			throw new ConnectionLossError(describe(write), {sent: true, cause: error});
		const explained = error instanceof KeeperError ? await explain(error) : undefined;
		if (!explained) throw error;
		return explained.reply;
	}
}

/** What is there now, or `undefined` when that cannot be told. Behind the refusal in the session's order, so it sees what the refusal was about. */
async function look(caller: Caller, {request, path, options}: Write<'create' | 'set'>): Promise<Data | undefined> {
	const {signal, retry, anySession} = options;
	try {
		return await caller.call({
			operation: 'get',
			request: {path: request.path, watch: false},
			path,
			options: {signal, retry, anySession},
			idempotent: true,
		});
	} catch (error) {
		if (error instanceof KeeperError) return undefined;
		throw error;
	}
}

function equal(a: Uint8Array | null, b: Uint8Array | null): boolean {
	return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}

/** As the server counts: after 2^31 - 1 comes the least. */
function nextVersion(version: number): number {
	return (version + 1) | 0;
}
