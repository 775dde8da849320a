import type {Caller} from './caller.ts';
import type {AclOf, Children, Data, OperationOptions, ReadOptions} from './client.ts';
import {NoNodeError} from './errors/keeper-error.ts';
import {isWithin, validatePath} from './paths.ts';
import type {Identity, Stat} from './znode.ts';

/** A client's reads that take one round trip. */
export class Reads {
	readonly #caller: Caller;

	constructor(caller: Caller) {
		this.#caller = caller;
	}

	async get(path: string, options: ReadOptions): Promise<Data> {
		return await this.#caller.read('get', path, options, 'data');
	}

	async exists(path: string, options: ReadOptions): Promise<Stat | undefined> {
		try {
			return await this.#caller.read('exists', path, options, 'data');
		} catch (error) {
			if (!(error instanceof NoNodeError)) throw error;
			return undefined;
		}
	}

	async children(path: string, options: ReadOptions): Promise<Children> {
		return await this.#caller.read('children', path, options, 'child');
	}

	async getAcl(path: string, options: OperationOptions): Promise<AclOf> {
		const request = this.#request(path);
		return await this.#caller.call({operation: 'getAcl', request, path, options, idempotent: true});
	}

	async sync(path: string, options: OperationOptions): Promise<void> {
		const request = this.#request(path);
		return await this.#caller.call({operation: 'sync', request, path, options, idempotent: true});
	}

	async ephemerals(path: string, options: OperationOptions): Promise<readonly string[]> {
		const request = this.#request(path);
		const paths = await this.#caller.call({operation: 'ephemerals', request, path, options, idempotent: true});
		// The server compares letters: `/a` finds `/ab` too.
		return paths.filter(found => isWithin(found, request.path)).map(found => this.#caller.chroot.fromServer(found));
	}

	async descendantCount(path: string, options: OperationOptions): Promise<number> {
		const request = this.#request(path);
		return await this.#caller.call({operation: 'descendantCount', request, path, options, idempotent: true});
	}

	async whoAmI(options: OperationOptions): Promise<readonly Identity[]> {
		return await this.#caller.call({operation: 'whoAmI', request: undefined, options, idempotent: true});
	}

	#request(path: string): {readonly path: string} {
		validatePath(path);
		return {path: this.#caller.chroot.toServer(path)};
	}
}
