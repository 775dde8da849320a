import test from 'ava';
import {TestingCluster, TestingServer} from '../../../lib/testing/index.ts';
import {installedAddon} from './installed-addon.ts';
import {runNativeProgram} from './native-program.ts';

const installed = await installedAddon();

if (installed.type === 'failed') {
	test('NOT RUN: programs on the native driver, because the package `zookeeper` could not be installed', t => {
		t.log(installed.output);
		t.pass();
	});
} else {
	test('a program that asks for the driver gets it from its own packages, and ends by itself', async t => {
		await using server = await TestingServer.start();
		const program = `
			import {connect} from 'docent';
			import {Mutex} from 'docent/recipes';
			const client = await connect(process.argv[2], {driver: 'native'});
			const lease = await new Mutex(client, '/from-a-program').acquire();
			await lease.release();
			await client.close();
			console.log('done');`;
		const {end, stdout, output} = await runNativeProgram(program, [server.connectString], installed);
		t.is(end, 0, output);
		t.is(stdout.trim(), 'done');
	});

	test('a client that follows the ensemble keeps its connection when the configuration names the server differently', async t => {
		await using cluster = await TestingCluster.start({size: 1, reconfigurable: true});
		const {connectString} = cluster;
		const program = `
			import {subscribe} from 'node:diagnostics_channel';
			import {connect} from 'docent';
			const heard = [];
			const told = new Promise(resolve => {
				subscribe('docent:connection', ({event, servers}) => {
					heard.push(event);
					if (event === 'servers') resolve(servers);
				});
			});
			const client = await connect(process.argv[2], {driver: 'native', trackEnsemble: true});
			console.log(await told);
			await client.sync('/');
			console.log(heard.filter(event => event !== 'failed').join());
			await client.close();`;
		const known = connectString.replace('127.0.0.1', 'localhost');
		const {end, stdout, output} = await runNativeProgram(program, [known], installed);
		t.is(end, 0, output);
		t.deepEqual(stdout.trim().split('\n'), [connectString, 'opened,servers']);
	});
}
