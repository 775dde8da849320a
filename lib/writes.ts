import type {Call, Caller} from './caller.ts';
import type {Client, Created, CreateOptions, DataInput, VersionOptions, WriteOptions} from './client.ts';
import {createParents} from './create-parents.ts';
import {InvalidArgumentError} from './errors/argument-error.ts';
import {idempotentCreate, idempotentDelete, idempotentSet} from './idempotent-write.ts';
import {checkCreate, checkCreateParents, versionOf} from './operation-arguments.ts';
import {validateAcl} from './options.ts';
import {validatePath} from './paths.ts';
import {protectedCreate} from './protected-create.ts';
import type {Acl, Stat} from './znode.ts';

/** A client's writes that are one request, unless they have to find out what became of it. */
export class Writes {
	readonly #client: Client;
	readonly #caller: Caller;

	/** @param client whose writes they are, for what takes more than one call */
	constructor(client: Client, caller: Caller) {
		this.#client = client;
		this.#caller = caller;
	}

	async create(path: string, data: DataInput, options: CreateOptions): Promise<Created> {
		const {
			mode = 'persistent',
			acl,
			ttl,
			protect = mode.includes('sequential'),
			createParents: withParents = false,
			idempotent = false,
		} = options;
		checkCreate(path, {mode, ttl});
		checkCreateParents(withParents);
		if (protect) return protectedCreate(this.#client, this.#caller.session, {path, data, options});
		if (idempotent && mode.includes('sequential'))
			throw new InvalidArgumentError('options.idempotent', idempotent, 'false without `protect` in a sequential mode');
		const serverPath = this.#caller.chroot.toServer(path, mode);
		const request = {
			path: serverPath,
			data: this.#caller.bytes('create', path, data),
			acl: acl === undefined ? this.#caller.aclOf(serverPath) : validateAcl(acl),
			mode,
			ttl,
		};
		const call = {operation: 'create', request, path, options, idempotent: false} as const;
		const isPlain = !idempotent && !withParents && !this.#caller.namespace;
		const created = await (isPlain ? this.#caller.call(call) : this.#createInSteps(path, call));
		return {path: this.#caller.chroot.fromServer(created.path), stat: created.stat};
	}

	#createInSteps(path: string, call: Call<'create'> & {readonly options: CreateOptions}): Promise<Created> {
		const {options} = call;
		const once = (): Promise<Created> =>
			options.idempotent ? idempotentCreate(this.#caller, call) : this.#caller.call(call);
		const create = (): Promise<Created> => this.#caller.inNamespace(once, options);
		return options.createParents ? createParents(this.#client, path, options, create) : create();
	}

	async set(path: string, data: DataInput, options: WriteOptions): Promise<Stat> {
		validatePath(path);
		const request = {
			path: this.#caller.chroot.toServer(path),
			data: this.#caller.bytes('set', path, data),
			version: versionOf(options),
		};
		const call = {operation: 'set', request, path, options, idempotent: false} as const;
		return await (options.idempotent ? idempotentSet(this.#caller, call) : this.#caller.call(call));
	}

	async delete(path: string, options: WriteOptions): Promise<void> {
		validatePath(path);
		const request = {path: this.#caller.chroot.toServer(path), version: versionOf(options)};
		const call = {operation: 'delete', request, path, options, idempotent: false} as const;
		return await (options.idempotent ? idempotentDelete(this.#caller, call) : this.#caller.call(call));
	}

	async setAcl(path: string, acl: Acl, options: VersionOptions): Promise<Stat> {
		validatePath(path);
		const request = {path: this.#caller.chroot.toServer(path), acl: validateAcl(acl), version: versionOf(options)};
		const idempotent = request.version === -1;
		return await this.#caller.call({operation: 'setAcl', request, path, options, idempotent});
	}
}
