import {randomUUID} from 'node:crypto';
import type {Client, Created, CreateOptions, DataInput, OperationOptions} from './client.ts';
import {AbortedError} from './errors/aborted-error.ts';
import {isCoordinationError} from './errors/coordination-error.ts';
import {SessionExpiredError} from './errors/session-error.ts';
import {unlessAborted} from './errors/unless-aborted.ts';
import {joinPath, nameOf, parentOf} from './paths.ts';
import {outcomeOf} from './retry/outcome.ts';
import type {Session} from './session/session.ts';

type Attempt = {readonly path: string; readonly data: DataInput; readonly options: CreateOptions};

/** Curator's protected name: a create whose reply was lost is recognised by it. */
export function protectedPath(path: string, guid: string): string {
	return joinPath(parentOf(path), `_c_${guid}-${nameOf(path)}`);
}

/**
 * A create that is made at most once, whatever becomes of its reply: after a lost reply the znode is looked for by its GUID, and taken only if it belongs to the
 * session of now (traps T16, T17). If the caller gives up meanwhile, the znode is found and deleted behind its back.
 */
export async function protectedCreate(client: Client, session: Session, attempt: Attempt): Promise<Created> {
	const {path, data, options} = attempt;
	const name = `create ${path}`;
	AbortedError.throwIfAborted(options.signal, name);
	client.checkClock();
	const {era} = session;
	const guid = randomUUID();
	try {
		return await client.create(protectedPath(path, guid), data, {...options, protect: false, idempotent: false});
	} catch (error) {
		const isAborted = isCoordinationError(error, 'ABORTED');
		if (!isAborted && outcomeOf(error) !== 'ambiguous') throw error;
		try {
			if (isAborted) throw error;
			const found = await unlessAborted(findOwn(client, session, guid, attempt), options.signal, name);
			if (!options.anySession && era !== session.era) throw new SessionExpiredError(name, {cause: error});
			if (found) return found;
		} catch (failure) {
			void deleteByGuid(client, path, guid);
			// It was the create that may have had its effect, not the search for it.
			throw outcomeOf(failure) === 'final' ? failure : error;
		}
		return protectedCreate(client, session, attempt);
	}
}

async function listByGuid(client: Client, path: string, guid: string, options: OperationOptions): Promise<string[]> {
	const parent = parentOf(path);
	// The list alone could come from a follower that has not seen the create yet.
	const [, {children}] = await Promise.all([client.sync(parent, options), client.children(parent, options)]);
	return children.filter(child => child.startsWith(`_c_${guid}-`)).map(child => joinPath(parent, child));
}

async function findOwn(
	client: Client,
	session: Session,
	guid: string,
	{path, options: {mode = 'persistent', signal, retry, anySession}}: Attempt,
): Promise<Created | undefined> {
	for (const found of await listByGuid(client, path, guid, {signal, retry, anySession})) {
		const stat = await client.exists(found, {signal, retry, anySession});
		if (stat && (!mode.startsWith('ephemeral') || stat.ephemeralOwner === session.sessionId))
			return {path: found, stat};
		await client.deleteGuaranteed(found, {signal});
	}
	return undefined;
}

async function deleteByGuid(client: Client, path: string, guid: string): Promise<void> {
	try {
		const found = await listByGuid(client, path, guid, {});
		await Promise.all(found.map(each => client.deleteGuaranteed(each)));
	} catch (error) {
		// Without a connection again: try in the next one. Anything else (the parent gone, the client closed) means that there is nothing left to delete.
		const outcome = outcomeOf(error);
		if (outcome === 'final' && !isCoordinationError(error, 'SESSION_EXPIRED')) return;
		// It would be refused again before any other could go out.
		if (outcome === 'crowded') await client.whenConnected().catch(() => undefined);
		await deleteByGuid(client, path, guid);
	}
}
