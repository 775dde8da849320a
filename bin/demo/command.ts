import {once} from 'node:events';
import {isCoordinationError} from '../../lib/index.ts';
import {resolveJars, TestingError} from '../../lib/testing/index.ts';
import {Interruption} from '../interruption.ts';
import {Board} from './board.ts';
import {DemoError} from './demo-error.ts';
import {type DemoOptions, demoHelp, parseDemoOptions} from './options.ts';
import {type Paint, paintFor} from './paint.ts';
import {run} from './run.ts';
import {type Screen, screenFor} from './screen.ts';
import {DemoServers} from './servers.ts';
import {renderVerdict, type Verdict} from './verdict.ts';

/** `docent demo`: resolves to the exit code. Everything it started is gone by then. */
export async function demo(args: readonly string[]): Promise<number> {
	try {
		const request = parseDemoOptions(args);
		if (request.kind === 'run') return await play(request.options);
		process.stdout.write(`${demoHelp}\n`);
		return 0;
	} catch (error) {
		process.stderr.write(`docent demo: ${describe(error)}\n`);
		return error instanceof DemoError && error.code === 'USAGE' ? 2 : 1;
	}
}

async function play(options: DemoOptions): Promise<number> {
	using interruption = new Interruption();
	const {signal} = interruption;
	const paint = paintFor(process.stdout);
	const screen = screenFor(process.stdout, paint);
	try {
		return await present(options, screen, paint, signal);
	} catch (error) {
		screen.stop();
		if (!signal.aborted) throw error;
		process.stderr.write(`docent demo: ended by ${signal.reason}; nothing is left running\n`);
		return interruption.exitCode;
	}
}

async function present(options: DemoOptions, screen: Screen, paint: Paint, signal: AbortSignal): Promise<number> {
	await fetchJars(signal);
	const board = new Board(options.records, event => screen.event(event));
	screen.start(() => board.snapshot());
	board.note('ZooKeeper and Kafka start');
	await using servers = await DemoServers.start(signal);
	const {zooKeeper, kafka} = servers;
	const addresses = `ZooKeeper ${zooKeeper.connectString} · Kafka ${kafka.version} ${kafka.brokers.join(',')}`;
	board.show({servers: addresses});
	board.note(addresses);
	const verdict = await run(servers, {...options, board, signal});
	screen.stop();
	print(['', ...renderVerdict(verdict, paint), `It took ${Math.round(board.elapsed / 1000)} s.`]);
	if (options.keep) await keep(servers, verdict, signal);
	return verdict.holds ? 0 : 1;
}

/** Says only what takes long: what has to be fetched. */
async function fetchJars(signal: AbortSignal): Promise<void> {
	await resolveJars({
		servers: [
			{kind: 'zookeeper', version: '3.9'},
			{kind: 'kafka', version: '3.9'},
		],
		signal,
		onProgress({kind, version, file}) {
			if (file) print([`${kind} ${version}: ${file}`]);
		},
	});
}

async function keep({zooKeeper, kafka}: DemoServers, {holds}: Verdict, signal: AbortSignal): Promise<void> {
	print([
		'',
		'Both servers stay until Ctrl-C:',
		`  ZooKeeper  ${zooKeeper.connectString}   data in ${zooKeeper.folder}`,
		`  Kafka      ${kafka.brokers.join(',')}   data in ${kafka.folder}`,
		`Ctrl-C ends them; the exit code is then that of the verdict, ${holds ? 0 : 1}.`,
	]);
	if (!signal.aborted) await once(signal, 'abort');
}

function print(lines: readonly string[]): void {
	process.stdout.write(lines.map(line => `${line}\n`).join(''));
}

/** What the person at the keyboard can act on is said in one line; anything else with its stack. */
function describe(error: unknown): string {
	const isKnown = error instanceof DemoError || error instanceof TestingError || isCoordinationError(error);
	if (isKnown) return error.message;
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
