import anyTest, {type TestFn} from 'ava';
import {type Client, connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';
import {type Lease, Mutex} from '../../recipes/index.ts';
import {DocumentProject} from '../helpers/document-project.ts';
import {killSessionOf} from '../helpers/kill-session.ts';
import {type Postgres, startPostgres} from '../helpers/postgres.ts';

type Sql = Pick<Postgres, 'query'>;
type Examples = {
	readonly fenced: <T>(sql: Sql, lock: string, lease: Lease, work: () => Promise<T>) => Promise<T>;
	readonly book: (sql: Sql, mutex: Mutex, from: string, to: string, cents: number) => Promise<void>;
	readonly saveOrder: (sql: Sql, id: string, state: string, lease: Lease) => Promise<void>;
};
type Shared = Examples & {readonly server: TestingServer; readonly project: DocumentProject; readonly sql: Postgres};

const test = (anyTest as TestFn<Shared>).serial;
const stale = {name: 'StaleTokenError'};

test.before(async t => {
	t.timeout(180_000);
	const project = await DocumentProject.of('docs/fencing.md');
	const {fenced} = await project.import<Examples>('fenced.ts');
	const {book} = await project.import<Examples>('book.ts');
	const {saveOrder} = await project.import<Examples>('save-order.ts');
	const sql = await startPostgres();
	await sql.exec(`
		create table fences (lock text primary key, token bigint not null);
		create table accounts (id text primary key, cents int not null);
		create table orders (id text primary key, state text not null, fence bigint not null);`);
	t.context = {project, fenced, book, saveOrder, sql, server: await TestingServer.start()};
});
test.after.always(async t => {
	await t.context.sql.close();
	await t.context.project[Symbol.asyncDispose]();
	await t.context.server.close();
});

/** Two holders of one lock; the first has lost it, as one that was frozen past its session, and has not looked at its lease since. */
async function twoHolders(
	{server}: Shared,
	path: string,
	work: (late: Lease, current: Lease, client: Client) => Promise<void>,
): Promise<void> {
	await using frozen = await connect(server.connectString);
	await using client = await connect(server.connectString);
	const late = await new Mutex(frozen, path).acquire();
	await killSessionOf(frozen, server);
	await using current = await new Mutex(client, path).acquire();
	await work(late, current, client);
}

async function stateOf({sql}: Shared, id: string): Promise<string | undefined> {
	const {rows} = await sql.query<{state: string}>('select state from orders where id = $1', [id]);
	return rows[0]?.state;
}

test('without the token the late write wins', async t => {
	const {sql} = t.context;
	await twoHolders(t.context, '/locks/control', async () => {
		const write = `insert into orders values ('control', $1, 0) on conflict (id) do update set state = excluded.state`;
		await sql.query(write, ['by the holder']);
		await sql.query(write, ['by the late one']);
	});
	t.is(await stateOf(t.context, 'control'), 'by the late one');
});

test('a single row: the late write is refused, the holder writes as often as it likes', async t => {
	const {sql, saveOrder} = t.context;
	await twoHolders(t.context, '/locks/42', async (late, current) => {
		t.true(current.fencingToken > late.fencingToken);
		await saveOrder(sql, '42', 'begun', late);
		await saveOrder(sql, '42', 'packed', current);
		await saveOrder(sql, '42', 'sent', current);
		await t.throwsAsync(saveOrder(sql, '42', 'lost', late), stale);
	});
	t.is(await stateOf(t.context, '42'), 'sent');
});

test('a single row: the late one is refused where it never wrote before', async t => {
	const {sql, saveOrder} = t.context;
	await twoHolders(t.context, '/locks/43', async (late, current) => {
		await saveOrder(sql, '43', 'first', current);
		await t.throwsAsync(saveOrder(sql, '43', 'late', late), stale);
	});
	t.is(await stateOf(t.context, '43'), 'first');
});

test('several rows: a refused transaction changes none of them, and the connection goes on', async t => {
	const {sql, book, fenced, server} = t.context;
	await sql.query(`insert into accounts values ('a', 100), ('b', 0)`);
	await using client = await connect(server.connectString);
	const mutex = new Mutex(client, '/locks/accounts');
	await twoHolders(t.context, mutex.path, async (late, current) => {
		await fenced(sql, mutex.path, current, async () => sql.query(`update accounts set cents = 90 where id = 'a'`));
		const lateWork = fenced(sql, mutex.path, late, async () => t.fail());
		await t.throwsAsync(lateWork, stale);
	});
	await book(sql, mutex, 'a', 'b', 20);
	const {rows} = await sql.query('select id, cents from accounts order by id');
	t.deepEqual(rows, [
		{id: 'a', cents: 70},
		{id: 'b', cents: 20},
	]);
});

test('several rows: work that fails is rolled back, its guard as well', async t => {
	const {sql, fenced} = t.context;
	await twoHolders(t.context, '/locks/failing', async (late, current) => {
		const failing = fenced(sql, '/locks/failing', current, async () => {
			await sql.query(`insert into orders values ('failing', 'half', 0)`);
			throw new Error('out of stock');
		});
		await t.throwsAsync(failing, {message: 'out of stock'});
		t.is(await stateOf(t.context, 'failing'), undefined);
		await t.notThrowsAsync(fenced(sql, '/locks/failing', late, async () => undefined));
	});
});

test('a holder that read under its guard is not overtaken by a late write; one that read without it is', async t => {
	const {sql, fenced} = t.context;
	const add = async (id: string, cents: number): Promise<unknown> =>
		sql.query('update accounts set cents = $2 where id = $1', [id, cents]);
	const read = async (id: string): Promise<number> => {
		const {rows} = await sql.query<{cents: number}>('select cents from accounts where id = $1', [id]);
		return rows[0]?.cents ?? 0;
	};
	await sql.query(`insert into accounts values ('read', 0), ('bare', 0)`);
	await twoHolders(t.context, '/locks/read', async (late, current) => {
		const seen = await fenced(sql, '/locks/read', current, async () => read('read'));
		await t.throwsAsync(
			fenced(sql, '/locks/read', late, async () => add('read', 5)),
			stale,
		);
		await fenced(sql, '/locks/read', current, async () => add('read', seen + 1));
	});
	t.is(await read('read'), 1);
	await twoHolders(t.context, '/locks/bare', async (late, current) => {
		const seen = await read('bare');
		await fenced(sql, '/locks/bare', late, async () => add('bare', 5));
		await fenced(sql, '/locks/bare', current, async () => add('bare', seen + 1));
	});
	t.is(await read('bare'), 1, 'the accepted write of 5 is lost');
});

test('the fence of a lock outlives the rows it guards; a column does not', async t => {
	const {sql, fenced, saveOrder} = t.context;
	await twoHolders(t.context, '/locks/gone', async (late, current) => {
		await saveOrder(sql, 'column', 'placed', current);
		await fenced(sql, '/locks/gone', current, async () => sql.query(`delete from orders where id = 'column'`));
		await saveOrder(sql, 'column', 'back again', late);
		const lateInsert = fenced(sql, '/locks/gone', late, async () => t.fail());
		await t.throwsAsync(lateInsert, stale);
	});
	t.is(await stateOf(t.context, 'column'), 'back again');
});

test('tokens are compared exactly, beyond what a double can tell apart', async t => {
	const {sql, saveOrder} = t.context;
	await twoHolders(t.context, '/locks/large', async lease => {
		const at = (fencingToken: bigint): Lease => ({...lease, fencingToken});
		await saveOrder(sql, 'large', 'later', at(2n ** 62n + 1n));
		await t.throwsAsync(saveOrder(sql, 'large', 'late', at(2n ** 62n)), stale);
	});
});
