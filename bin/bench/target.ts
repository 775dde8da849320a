import {randomBytes} from 'node:crypto';
import {type Client, connect, isCoordinationError, joinPath} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {BenchError} from './bench-error.ts';
import {monotonicMicros} from './monotonic.ts';
import {connectOptions, type Security} from './security.ts';
import type {Workload} from './workload.ts';

/** Milliseconds that the removal of the folder may take. */
const removalPatience = 10_000;
const pings = 21;
const deletesInFlight = 500;

export type TargetOptions = {
	/** `undefined`: a server of our own. */
	readonly connectString: string | undefined;
	readonly security: Security;
	readonly workload: Workload;
	readonly signal: AbortSignal;
	/** Told what could not be put right at the end. */
	readonly onWarning: (message: string) => void;
};

/** The ensemble that is measured, with a folder of ours on it. */
export class Target implements AsyncDisposable {
	readonly connectString: string;
	readonly security: Security;
	/** For people. */
	readonly name: string;
	readonly folder: string = `/docent-bench-${randomBytes(4).toString('hex')}`;
	readonly client: Client;
	readonly #server: TestingServer | undefined;
	readonly #onWarning: TargetOptions['onWarning'];
	/** A read's, in microseconds. */
	#roundTrip = 0;

	private constructor(
		client: Client,
		connectString: string,
		security: Security,
		name: string,
		server: TestingServer | undefined,
		onWarning: TargetOptions['onWarning'],
	) {
		this.client = client;
		this.connectString = connectString;
		this.security = security;
		this.name = name;
		this.#server = server;
		this.#onWarning = onWarning;
	}

	static async open({connectString, security, workload, signal, onWarning}: TargetOptions): Promise<Target> {
		const server = connectString === undefined ? await TestingServer.start({signal}) : undefined;
		try {
			const address = connectString ?? server?.connectString ?? '';
			const name = server ? `ZooKeeper ${await server.version()} on this machine, started for this` : address;
			const {sessionTimeout, connectTimeout} = workload;
			const client = await connect(address, {
				...connectOptions(security),
				sessionTimeout,
				connectTimeout,
				signal,
			});
			const target = new Target(client, address, security, name, server, onWarning);
			try {
				await target.#prepare(signal);
				return target;
			} catch (error) {
				await client.close();
				throw error;
			}
		} catch (error) {
			await server?.close();
			throw error;
		}
	}

	get roundTrip(): number {
		return this.#roundTrip;
	}

	/** @throws {BenchError} `UNREACHABLE` if there is no connection now */
	requireConnection(): void {
		if (this.client.state.status === 'connected') return;
		throw new BenchError('UNREACHABLE', `the connection to ${this.connectString} was lost, and is not back`);
	}

	async #prepare(signal: AbortSignal): Promise<void> {
		try {
			await this.client.create(this.folder, null, {signal});
		} catch (error) {
			if (!isCoordinationError(error, 'NO_NODE')) throw error;
			const message = `the chroot of ${this.connectString} does not exist: create it first`;
			throw new BenchError('NOTHING_MEASURED', message, {cause: error});
		}
		const times: number[] = [];
		while (times.length < pings) {
			const asked = monotonicMicros();
			await this.client.exists(this.folder, {signal});
			times.push(monotonicMicros() - asked);
		}
		this.#roundTrip = times.sort((a, b) => a - b)[Math.floor(pings / 2)] ?? 0;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		// What is on a server of our own goes with it.
		if (!this.#server && this.client.state.status === 'connected') await this.#remove();
		else if (!this.#server) this.#onWarning(`${this.folder} is left on ${this.connectString}, which does not answer`);
		await this.client.close();
		await this.#server?.close();
	}

	async #remove(): Promise<void> {
		try {
			await removeTree(this.client, this.folder, AbortSignal.timeout(removalPatience));
		} catch (error) {
			const reason = isCoordinationError(error, 'ABORTED') ? 'no answer in time' : (error as Error).message;
			this.#onWarning(`${this.folder} could not be removed from ${this.connectString}: ${reason}`);
		}
	}
}

async function removeTree(client: Client, path: string, signal: AbortSignal): Promise<void> {
	try {
		await client.delete(path, {signal});
	} catch (error) {
		// Somebody else was faster: a container that ZooKeeper reaps, an ephemeral whose session ends.
		if (isCoordinationError(error, 'NO_NODE')) return;
		if (!isCoordinationError(error, 'NOT_EMPTY')) throw error;
		const {children} = await client.children(path, {signal});
		for (let done = 0; done < children.length; done += deletesInFlight) {
			const names = children.slice(done, done + deletesInFlight);
			await Promise.all(names.map(async name => removeTree(client, joinPath(path, name), signal)));
		}
		await removeTree(client, path, signal);
	}
}
