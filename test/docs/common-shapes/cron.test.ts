import anyTest, {type TestFn} from 'ava';
import {type Client, connect} from '../../../lib/index.ts';
import {TestingServer} from '../../../lib/testing/index.ts';
import {type Lease, LeaseLostError, Mutex} from '../../../recipes/index.ts';
import {DocumentProject} from '../../helpers/document-project.ts';
import {killSessionOf} from '../../helpers/kill-session.ts';
import {until} from '../../helpers/until.ts';

type Job = (lease: Lease) => Promise<void>;
type Examples = {
	readonly oncePerDue: (client: Client, path: string, due: Date, job: Job) => Promise<boolean>;
	readonly onSchedule: (
		client: Client,
		path: string,
		period: number,
		job: (due: Date, lease: Lease) => Promise<void>,
		signal: AbortSignal,
	) => Promise<void>;
};
type Shared = {readonly server: TestingServer; readonly project: DocumentProject; readonly client: Client};

const test = (anyTest as TestFn<Shared>).serial;
const due = new Date('2027-01-01T03:00:00Z');

test.before(async t => {
	const project = await DocumentProject.of('docs/common-shapes.md');
	const server = await TestingServer.start();
	t.context = {project, server, client: await connect(server.connectString)};
});
test.after.always(async t => {
	await t.context.client.close();
	await t.context.project[Symbol.asyncDispose]();
	await t.context.server.close();
});

const lastOf = async (client: Client, path: string): Promise<string> => String((await client.get(`${path}/done`)).data);

test('a job runs once, also if another instance comes when it is done', async t => {
	const {client, project, server} = t.context;
	const {oncePerDue} = await project.import<Examples>('once-per-due.ts');
	await using other = await connect(server.connectString);
	let runs = 0;
	const job = async (): Promise<void> => void runs++;
	t.deepEqual(
		[await oncePerDue(client, '/cron/report', due, job), await oncePerDue(other, '/cron/report', due, job)],
		[true, false],
	);
	const together = [client, other].map(each => oncePerDue(each, '/cron/report', new Date(+due + 60_000), job));
	t.is((await Promise.all(together)).filter(Boolean).length, 1);
	// One whose clock is far behind.
	t.false(await oncePerDue(other, '/cron/report', due, job));
	t.is(runs, 2);
});

test('without the time for which it was due, a lock alone runs it twice', async t => {
	const {client, server} = t.context;
	await using other = await connect(server.connectString);
	let runs = 0;
	for (const each of [client, other]) {
		await using lease = await new Mutex(each, '/cron/control').tryAcquire();
		if (lease) runs++;
	}
	t.is(runs, 2);
});

test('a job that failed is still to be done; one whose instance was cut off is done by the next', async t => {
	const {client, project, server} = t.context;
	const {oncePerDue} = await project.import<Examples>('once-per-due.ts');
	const failing = oncePerDue(client, '/cron/cut', due, async () => Promise.reject(new Error('no paper')));
	await t.throwsAsync(failing, {message: 'no paper'});
	await using cut = await connect(server.connectString);
	let held: Lease | undefined;
	const first = oncePerDue(cut, '/cron/cut', due, async lease => {
		held = lease;
		// It does not look at its lease: what it says at last comes late.
		await until(() => lease.signal.aborted);
		await until(async () => (await lastOf(client, '/cron/cut')) !== '');
	});
	await until(() => held !== undefined);
	const second = oncePerDue(client, '/cron/cut', due, async () => {});
	await killSessionOf(cut, server);
	t.true(await second);
	await t.throwsAsync(first, {instanceOf: LeaseLostError});
	t.is(await lastOf(client, '/cron/cut'), due.toISOString());
});

test('three instances run each period once between them', async t => {
	const {project, server} = t.context;
	const {onSchedule} = await project.import<Examples>('on-schedule.ts');
	const stopping = new AbortController();
	const runs: number[] = [];
	const instance = async (): Promise<void> => {
		await using client = await connect(server.connectString);
		const job = async (at: Date): Promise<void> => {
			runs.push(+at);
			if (runs.length === 5) stopping.abort();
		};
		await onSchedule(client, '/cron/often', 500, job, stopping.signal);
	};
	await Promise.all([instance(), instance(), instance()]);
	t.is(new Set(runs).size, runs.length);
	t.deepEqual(
		runs.filter(at => at % 500 !== 0),
		[],
	);
	t.deepEqual(
		[...runs].sort((a, b) => a - b),
		runs,
	);
});
