import {inspect, parseArgs} from 'node:util';
import {DemoError} from './demo-error.ts';

export type Fault = 'kill' | 'freeze' | 'zookeeper';
export type DemoOptions = {
	readonly records: number;
	readonly faults: ReadonlySet<Fault>;
	readonly keep: boolean;
};
export type DemoRequest = {readonly kind: 'help'} | {readonly kind: 'run'; readonly options: DemoOptions};

export const demoHelp: string = `docent demo: three workers carry records from one Kafka topic to another, each exactly once, while they are killed and frozen

  --fault WHICH   none, kill, freeze, zookeeper, or all (default)
                    kill       one worker is killed inside a transaction (SIGKILL)
                    freeze     one worker is stopped until its session is gone (SIGSTOP), then woken
                    zookeeper  ZooKeeper is restarted
  --records N     how many records to carry, from 600 to 1,000,000 (default 60,000)
  --keep          afterwards keep the servers and their data until Ctrl-C, and say how to connect
  --help          this text

Exit code: 0 if every record came out exactly once, 1 if not, 2 for a mistake in the options, 130 after Ctrl-C.`;

const every: readonly Fault[] = ['kill', 'freeze', 'zookeeper'];
const faultSets: ReadonlyMap<string, readonly Fault[]> = new Map([
	['none', []],
	...every.map((fault): [string, readonly Fault[]] => [fault, [fault]]),
	['all', every],
]);
const leastRecords = 600;
const mostRecords = 1_000_000;

/** @throws {DemoError} `USAGE`: one line that says what is wrong and what is accepted */
export function parseDemoOptions(args: readonly string[]): DemoRequest {
	const {fault, records, keep, help} = parse(args);
	if (help) return {kind: 'help'};
	const faults = faultSets.get(fault);
	if (!faults) throw usage('--fault', fault, `one of ${[...faultSets.keys()].join(', ')}`);
	const count = /^\d+$/.test(records) ? Number(records) : Number.NaN;
	if (!(count >= leastRecords && count <= mostRecords))
		throw usage('--records', records, `a whole number from ${leastRecords} to ${mostRecords}`);
	return {kind: 'run', options: {records: count, faults: new Set(faults), keep}};
}

function parse(args: readonly string[]): {fault: string; records: string; keep: boolean; help: boolean} {
	try {
		const {values} = parseArgs({
			args: [...args],
			options: {
				fault: {type: 'string', default: 'all'},
				records: {type: 'string', default: '60000'},
				keep: {type: 'boolean', default: false},
				help: {type: 'boolean', short: 'h', default: false},
			},
		});
		return values;
	} catch (error) {
		// Node's own messages go on, after their first sentence, about how to quote positional arguments.
		const [message = 'bad options'] = (error as Error).message.split('. ');
		throw new DemoError('USAGE', `${message.replace(/\.$/, '')}; see --help`, {cause: error});
	}
}

function usage(option: string, value: string, accepted: string): DemoError {
	return new DemoError('USAGE', `${option} must be ${accepted}, not ${inspect(value)}`);
}
