import {randomUUID} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import {type Client, type Created, isCoordinationError, joinPath, nameOf} from '../../../lib/index.ts';
import {hasGuid, inOrder, protectedName} from '../../../recipes/contender-name.ts';
import {ControlLease} from './control-lease.ts';

export type TextbookLockOptions = {
	/** @default 'lock-' */
	readonly kind?: string;
	/** Whom it waits for. @default those of its own kind */
	readonly waitsFor?: readonly string[];
	/** Whether a znode by its name is its own only in its own session. @default true */
	readonly checksOwner?: boolean;
	/** @default true */
	readonly hasOwnClock?: boolean;
};

const once = {retry: false} as const;
const pause = 10;

/**
 * The lock as ZooKeeper's recipe page and kazoo have it: an ephemeral sequential znode with a name by which its owner finds it again, then a wait for the one before. Sound
 * by its defaults; each option takes one precaution away.
 */
export class TextbookLock {
	readonly #client: Client;
	readonly #path: string;
	readonly #options: Required<TextbookLockOptions>;
	readonly #guid = randomUUID();

	constructor(client: Client, path: string, options: TextbookLockOptions) {
		const {kind = 'lock-', waitsFor = [kind], checksOwner = true, hasOwnClock = true} = options;
		this.#client = client;
		this.#path = path;
		this.#options = {kind, waitsFor, checksOwner, hasOwnClock};
	}

	async acquire(): Promise<ControlLease> {
		for (;;) {
			try {
				const node = (await this.#find()) ?? (await this.#create());
				if (await this.#isMyTurn(node)) return new ControlLease(this.#client, node, this.#options.hasOwnClock);
			} catch (error) {
				if (!isCoordinationError(error)) throw error;
			}
			await sleep(pause);
		}
	}

	/** What an earlier attempt has left. */
	async #find(): Promise<Created | undefined> {
		await this.#client.sync(this.#path, once).catch(() => undefined);
		for (const name of await this.#names()) {
			if (!hasGuid(name, this.#guid)) continue;
			const path = joinPath(this.#path, name);
			const stat = await this.#client.exists(path, once);
			if (!stat) continue;
			if (!this.#options.checksOwner || stat.ephemeralOwner === this.#client.session?.id) return {path, stat};
			await this.#client.delete(path, once);
		}
		return undefined;
	}

	async #names(): Promise<readonly string[]> {
		try {
			return (await this.#client.children(this.#path, once)).children;
		} catch (error) {
			if (isCoordinationError(error, 'NO_NODE')) return [];
			throw error;
		}
	}

	#create(): Promise<Created> {
		const path = joinPath(this.#path, protectedName(this.#guid, this.#options.kind));
		return this.#client.create(path, '', {...once, mode: 'ephemeral-sequential', protect: false, createParents: true});
	}

	/** `false` if the znode is gone, or somebody before it was and it has to be looked for again. */
	async #isMyTurn({path}: Created): Promise<boolean> {
		const names = await this.#names();
		const mine = nameOf(path);
		if (!names.includes(mine)) return false;
		const {kind, waitsFor} = this.#options;
		const queue = inOrder(names, [kind, ...waitsFor]);
		const before = queue.slice(0, queue.indexOf(mine)).filter(name => waitsFor.some(other => name.includes(other)));
		const last = before.at(-1);
		if (last === undefined) return true;
		// The next look may be the one that finds it gone: no wait to be ended by faults.
		while (await this.#client.exists(joinPath(this.#path, last), once)) await sleep(pause);
		return false;
	}
}
