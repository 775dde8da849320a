import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {delimiter} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {goProgram} from '../bin/bench/peers/go-program.ts';
import {resolveCurator} from '../lib/testing/curator-jars.ts';
import {resolveArtifacts} from '../lib/testing/resolve-artifacts.ts';

const zooKeeper = ['org.apache.zookeeper:zookeeper:3.9.5', 'org.slf4j:slf4j-simple:2.0.13'];

/** The packages of `peers/package.json`, by the peers that use them. */
export const npmPackages = {'node-zookeeper-client': 'node-zookeeper-client', 'npm-zookeeper': 'zookeeper'} as const;
export type NpmPeer = keyof typeof npmPackages;

/** A client library in a process of its own, which measures itself: what is asked of it over pipes is not in its times. */
export class Peer implements AsyncDisposable {
	readonly #process: ChildProcess;
	readonly #lines: AsyncIterator<string>;

	private constructor(process: ChildProcess) {
		this.#process = process;
		this.#lines = createInterface({input: process.stdout as NodeJS.ReadableStream})[Symbol.asyncIterator]();
	}

	static async docent(connectString: string): Promise<Peer> {
		return Peer.#node('docent-peer', [connectString]);
	}

	static async curator(connectString: string): Promise<Peer> {
		return Peer.#java('CuratorBench', await resolveCurator(), connectString);
	}

	/** @param python an interpreter that finds kazoo 2.11 */
	static async kazoo(connectString: string, python: string): Promise<Peer> {
		const script = fileURLToPath(new URL('../../bench/peers/kazoo_bench.py', import.meta.url));
		return Peer.#start(python, [script, connectString]);
	}

	/** go-zookeeper, which has no recipe but a lock. @throws {BenchError} `PEER_MISSING` */
	static async go(connectString: string): Promise<Peer> {
		const folder = fileURLToPath(new URL('../../bench/peers/go-zookeeper', import.meta.url));
		return Peer.#start(await goProgram(folder), [connectString]);
	}

	/** Docent with raw operations; no recipe. */
	static async rawDocent(connectString: string): Promise<Peer> {
		return Peer.#node('raw-docent', [connectString]);
	}

	/** ZooKeeper's own client. */
	static async rawJava(connectString: string): Promise<Peer> {
		return Peer.#java('RawOperations', await resolveArtifacts(zooKeeper), connectString);
	}

	/** @param folder where the packages of `peers/package.json` are installed */
	static async rawNpm(script: NpmPeer, folder: string, connectString: string): Promise<Peer> {
		return Peer.#node(`raw-${script}`, [connectString, folder]);
	}

	static async #node(script: string, args: readonly string[]): Promise<Peer> {
		return Peer.#start(process.execPath, [fileURLToPath(import.meta.resolve(`./peers/${script}.js`)), ...args]);
	}

	static async #java(name: string, jars: readonly string[], connectString: string): Promise<Peer> {
		// Java compiles it by itself; the source lies in the repository, not in `dist`.
		const source = fileURLToPath(new URL(`../../bench/peers/${name}.java`, import.meta.url));
		const options = ['-Xmx256m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];
		return Peer.#start('java', [...options, '-cp', jars.join(delimiter), source, connectString]);
	}

	static async #start(command: string, args: readonly string[]): Promise<Peer> {
		const peer = new Peer(spawn(command, args, {stdio: ['pipe', 'pipe', 'inherit']}));
		await peer.#line();
		return peer;
	}

	/** What it answers to an order: microseconds; nothing for a case that it does not know. */
	async measure(name: string, ...numbers: readonly number[]): Promise<readonly number[]> {
		this.#process.stdin?.write(`${[name, ...numbers].join(' ')}\n`);
		const line = await this.#line();
		return line === '' ? [] : line.split(',').map(Number);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
		const exited = once(this.#process, 'exit');
		this.#process.stdin?.end();
		await exited;
	}

	async #line(): Promise<string> {
		const {value, done} = await this.#lines.next();
		if (done) throw new Error(`${this.#process.spawnargs[0]} has ended`);
		return value;
	}
}
