import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {BenchError} from '../../../bin/bench/bench-error.ts';
import type {BenchResult} from '../../../bin/bench/result.ts';
import {readSecurity, securitySettings} from '../../../bin/bench/security.ts';
import {connect, creatorAcl} from '../../../lib/index.ts';
import {freePort} from '../../../lib/testing/free-port.ts';
import {TestingServer} from '../../../lib/testing/index.ts';
import {Certificates} from '../../helpers/certificates.ts';
import {repository} from '../../helpers/repository.ts';
import {type CommandResult, runCommand} from '../../helpers/run-command.ts';

type Context = {
	readonly folder: string;
	readonly certificates: Certificates;
	readonly server: TestingServer;
	readonly secure: string;
};

const test = (anyTest as TestFn<Context>).serial;
const command = path.join(repository, 'dist/bin/docent.js');
const password = 'only-between-us';
const brief = ['--duration', '500ms', '--warm-up', '0', '--contenders', '2', '--json'];

async function bench(...args: readonly string[]): Promise<CommandResult> {
	return runCommand(process.execPath, [command, 'bench', ...args], repository);
}

/** The Java client asks for the name that it finds for an address. The server takes TLS with a client certificate alone on one port, and SASL on both. */
test.before(async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'docent-bench-test-'));
	const certificates = await Certificates.create();
	Object.assign(t.context, {folder, certificates});
	const port = await freePort();
	const properties = await certificates.serverProperties(
		port,
		await certificates.issue('server', 'IP:127.0.0.1,DNS:localhost'),
		'need',
	);
	const {cert, key} = await certificates.issue('client', 'IP:127.0.0.1');
	const jaas = path.join(folder, 'jaas.conf');
	const files = {
		'cert.pem': cert,
		'key.pem': key,
		auth: `digest:ann:${password}\n`,
		sasl: `bob:${password}\n`,
		wrong: password,
		'jaas.conf': `Server { org.apache.zookeeper.server.auth.DigestLoginModule required user_bob="${password}"; };\n`,
	};
	for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
	const server = await TestingServer.start({
		properties,
		javaArguments: [
			`-Djava.security.auth.login.config=${jaas}`,
			'-Dzookeeper.authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
			'-Dzookeeper.fips-mode=false',
		],
	});
	Object.assign(t.context, {server, secure: `127.0.0.1:${port}`});
	await using ann = await connect(server.connectString, {auth: [{scheme: 'digest', auth: `ann:${password}`}]});
	await ann.create('/anns', null, {acl: creatorAcl});
	await using bob = await connect(server.connectString, {sasl: {username: 'bob', password}});
	await bob.create('/bobs', null, {acl: creatorAcl});
});
test.after.always(async ({context: {server, certificates, folder}}) => {
	await server?.close();
	await certificates?.[Symbol.asyncDispose]();
	if (folder) await rm(folder, {recursive: true, force: true});
});

for (const peer of [undefined, 'curator', 'kazoo']) {
	test(`TLS with a certificate, and a credential: ${peer ?? 'ours'}`, async t => {
		t.timeout(240_000);
		const {folder, certificates, secure} = t.context;
		const file = (name: string): string => path.join(folder, name);
		const args = ['lock', `${secure}/anns`, ...brief, ...(peer ? ['--peer', peer] : [])];
		const tls = ['--tls-ca', certificates.caFile, '--tls-cert', file('cert.pem'), '--tls-key', file('key.pem')];
		const report = file(`${peer}.html`);
		const {end, stdout, output} = await bench(...args, ...tls, '--auth-file', file('auth'), '--report', report);
		t.is(end, 0, output);
		const result = JSON.parse(stdout) as BenchResult;
		t.like(result, {ended: 'complete', errors: {}, settings: {auth: 'digest', tls: 'client certificate'}});
		t.true((result.series[0]?.count ?? 0) > 0);
		for (const text of [output, await readFile(report, 'utf8')]) t.false(text.includes(password));
	});
}

test('a SASL user', async t => {
	const {server, folder} = t.context;
	const args = ['lock', `${server.connectString}/bobs`, ...brief, '--sasl-file', path.join(folder, 'sasl')];
	const {end, stdout, output} = await bench(...args);
	t.is(end, 0, output);
	t.like(JSON.parse(stdout), {errors: {}, settings: {sasl: 'DIGEST-MD5'}});
	t.false(output.includes(password));
});

test('what does not get in is told in one line, without a secret', async t => {
	const {server, secure, folder, certificates} = t.context;
	const file = (name: string): string => path.join(folder, name);
	const limit = ['--connect-timeout', '2s'];
	for (const [args, end, says] of [
		[[`${server.connectString}/anns`], 1, /docent-bench-\w+: not authorised/],
		[[secure, '--tls-ca', certificates.caFile, ...limit], 1, /no session within 2000 ms/],
		[[secure, '--tls', ...limit], 1, /no session within 2000 ms; last failure: .*certificate/],
		[[secure, '--tls-ca', file('auth'), ...limit], 1, /docent bench: /],
		[[secure, '--tls-ca', file('none.pem')], 2, /--tls-ca .*ENOENT/],
		[[secure, '--tls-cert', file('key.pem'), '--tls-key', file('cert.pem')], 2, /options\.ssl` must be certificates/],
		[[secure, '--auth-file', file('wrong')], 2, /--auth-file \S+ must hold one line like digest:user:password/],
		[[secure, '--peer', 'kazoo', '--sasl-file', file('sasl')], 2, /--peer kazoo: SASL is not for peers/],
	] as const) {
		const result = await bench('lock', ...args);
		t.is(result.end, end, result.output);
		t.regex(result.output, says);
		t.notRegex(result.output, /\n\s+at /);
		t.false(result.output.includes(password));
	}
});

test('credentials come from the environment too; a file goes first', async t => {
	const {folder} = t.context;
	const none = {authFile: undefined, saslFile: undefined, tls: undefined};
	const environment = {DOCENT_BENCH_AUTH: 'digest:eve:a:b', DOCENT_BENCH_SASL: 'eve:a:b'};
	const security = readSecurity(none, environment);
	t.deepEqual(security.auth, {scheme: 'digest', auth: 'eve:a:b'});
	t.deepEqual(security.sasl, {username: 'eve', password: 'a:b'});
	t.deepEqual(securitySettings(security), {auth: 'digest', sasl: 'DIGEST-MD5'});
	t.is(readSecurity({...none, authFile: path.join(folder, 'auth')}, environment).auth?.auth, `ann:${password}`);
	t.deepEqual(securitySettings(readSecurity(none, {})), {});
	await mkdir(path.join(folder, 'folder'));
	for (const [options, variables, says] of [
		[none, {DOCENT_BENCH_AUTH: password}, /^DOCENT_BENCH_AUTH must hold one line like digest:user:password$/],
		[{...none, saslFile: path.join(folder, 'wrong')}, {}, /^--sasl-file \S+ must hold one line like user:password$/],
		[{...none, saslFile: path.join(folder, 'folder')}, {}, /^--sasl-file .*EISDIR/],
	] as const) {
		const error = t.throws(() => readSecurity(options, variables), {instanceOf: BenchError});
		t.is(error?.code, 'USAGE');
		t.regex(error?.message ?? '', says);
		t.false(error?.message.includes(password));
	}
});
