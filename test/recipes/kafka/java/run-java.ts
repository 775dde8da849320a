import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import type {TestingBroker} from '../../../../lib/testing/index.ts';

/** One record as the official Java client reads it. */
export type JavaRecord = {
	readonly partition: number;
	readonly offset: number;
	readonly key: Buffer | null;
	readonly value: Buffer | null;
};

/** Runs a single-file program of this folder on the broker's own jars. @returns what it wrote */
export async function runJava(
	broker: TestingBroker,
	program: string,
	options: {readonly arguments?: readonly string[]; readonly input?: string; readonly signal?: AbortSignal} = {},
): Promise<string> {
	const source = fileURLToPath(new URL(`../../../../../test/recipes/kafka/java/${program}.java`, import.meta.url));
	const child = spawn(
		'java',
		[
			'-XX:TieredStopAtLevel=1',
			'-XX:+UseSerialGC',
			'-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
			'-cp',
			broker.classPath,
			source,
			...(options.arguments ?? []),
		],
		{stdio: ['pipe', 'pipe', 'pipe'], signal: options.signal},
	);
	const exited = once(child, 'exit');
	child.stdin.end(options.input ?? '');
	const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
	const [code] = await exited;
	if (code !== 0) throw new Error(`${program} ended with ${String(code)}:\n${errors}`);
	return output;
}

/** What a Java consumer at read_committed finds in a topic, partition by partition in order. */
export async function readWithJava(broker: TestingBroker, topic: string): Promise<JavaRecord[]> {
	const output = await runJava(broker, 'Reader', {arguments: [broker.brokers.join(), topic]});
	const decode = (value: string | null): Buffer | null => (value === null ? null : Buffer.from(value, 'base64'));
	return output
		.split('\n')
		.filter(line => line !== '')
		.map(line => {
			const {key, value, ...place} = JSON.parse(line) as {
				partition: number;
				offset: number;
				key: string | null;
				value: string | null;
			};
			return {...place, key: decode(key), value: decode(value)};
		});
}
