import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {type Deferred, deferred} from '../../lib/util/deferred.ts';
import type {ObservedRecord} from './checker.ts';
import {DemoError} from './demo-error.ts';

/** Not compiled, hence not in `dist`. */
const program = fileURLToPath(new URL('../../../bin/demo/Witness.java', import.meta.url));
const complaintShown = 2000;

type Question = {readonly answer: Deferred<readonly string[]>; readonly lines: string[]};

/** Where a partition of the input stands, as Kafka says it. */
export type KafkaOffsets = {readonly partition: number; readonly carrier: number | undefined; readonly end: number};

/**
 * The official Java client in a process of its own: an account of what the broker holds that owes nothing to the code it checks. The process
 * ends with its input, hence with this one.
 */
export class Witness implements AsyncDisposable {
	readonly #process: ChildProcess;
	readonly #exited: Promise<unknown>;
	readonly #questions: Question[] = [];
	#complaints = '';

	private constructor(process: ChildProcess) {
		this.#process = process;
		this.#exited = once(process, 'close').catch(() => undefined);
	}

	/** Compiling takes the JVM a second or two; the first question waits for it. */
	static call(classPath: string, brokers: readonly string[]): Witness {
		const home = process.env['JAVA_HOME'];
		const java = home ? join(home, 'bin', 'java') : 'java';
		const child = spawn(
			java,
			[
				'-Xmx192m',
				'-XX:+UseSerialGC',
				'-XX:TieredStopAtLevel=1',
				'-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
				'-cp',
				classPath,
				program,
				brokers.join(','),
			],
			// A Ctrl-C is for this process, which tells its own.
			{stdio: ['pipe', 'pipe', 'pipe'], detached: true},
		);
		const witness = new Witness(child);
		witness.#listen(child);
		return witness;
	}

	#listen(child: ChildProcess & {stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream}): void {
		createInterface({input: child.stdout}).on('line', line => {
			const question = this.#questions[0];
			if (line !== '.') question?.lines.push(line);
			else this.#questions.shift()?.answer.resolve(question?.lines ?? []);
		});
		child.stderr.on('data', (chunk: Buffer) => {
			this.#complaints = `${this.#complaints}${chunk.toString()}`.slice(0, complaintShown);
		});
		child.stdin?.on('error', () => {});
		const onEnd = (): void => {
			for (const {answer} of this.#questions.splice(0))
				answer.reject(new DemoError('WITNESS', `the Java client ended: ${this.#complaints || 'without a word'}`));
		};
		child.on('error', onEnd);
		child.on('close', onEnd);
	}

	/** The state of a transactional id as its coordinator tells it, such as `Ongoing`. */
	async transactionState(transactionalId: string): Promise<string> {
		const [state = ''] = await this.#ask(`transaction ${transactionalId}`);
		return state;
	}

	/** Every committed record; the id is the whole of it, its partition included. */
	async read(topic: string): Promise<readonly ObservedRecord[]> {
		const lines = await this.#ask(`read ${topic}`);
		return lines.map(line => ({partition: Number.parseInt(line, 10), id: line}));
	}

	/** What the group committed on each partition, and where the partition ends. */
	async offsets(groupId: string, topic: string): Promise<readonly KafkaOffsets[]> {
		const lines = await this.#ask(`offsets ${groupId} ${topic}`);
		return lines.map(line => {
			const [partition, carrier, end] = line.split('\t');
			return {
				partition: Number(partition),
				carrier: carrier === '-' ? undefined : Number(carrier),
				end: Number(end),
			};
		});
	}

	async #ask(command: string): Promise<readonly string[]> {
		if (this.#process.exitCode !== null || this.#process.signalCode !== null)
			throw new DemoError('WITNESS', `the Java client is gone: ${this.#complaints}`);
		const answer = deferred<readonly string[]>();
		this.#questions.push({answer, lines: []});
		this.#process.stdin?.write(`${command}\n`);
		const lines = await answer.promise;
		const failure = lines.find(line => line.startsWith('!'));
		if (failure) throw new DemoError('WITNESS', `the Java client could not answer "${command}": ${failure.slice(1)}`);
		return lines;
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#process.kill('SIGKILL');
		await this.#exited;
	}
}
