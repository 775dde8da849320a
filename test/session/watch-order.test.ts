import test from 'ava';
import fc from 'fast-check';
import {connect} from '../../lib/index.ts';
import {TestingServer} from '../../lib/testing/index.ts';

const paths = ['/a', '/b', '/c'] as const;
const step = fc.record({who: fc.constantFrom('own', 'other', 'read'), path: fc.constantFrom(...paths)});

test('what a read shows, or the answer to a write of one’s own, an event has told before', async t => {
	await using server = await TestingServer.start();
	await using client = await connect(server.connectString, {sessionTimeout: 40_000});
	await using other = await connect(server.connectString, {sessionTimeout: 40_000});
	for (const path of paths) await client.create(path);
	await fc.assert(
		fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 20}), async steps => {
			const told = new Set<string>();
			const versions = new Map<string, number>();
			for (const path of paths) {
				const {stat} = await client.get(path, {watch: () => told.add(path)});
				versions.set(path, stat.version);
			}
			const checks = steps.map(async ({who, path}) => {
				if (who === 'other') {
					await other.set(path, 'other');
					return true;
				}
				const {version} = who === 'own' ? await client.set(path, 'own') : (await client.get(path)).stat;
				return version === versions.get(path) || told.has(path);
			});
			t.false((await Promise.all(checks)).includes(false), JSON.stringify(steps));
			await client.sync('/');
			for (const path of paths) {
				const isChanged = (await client.get(path)).stat.version !== versions.get(path);
				t.is(told.has(path), isChanged, path);
			}
		}),
	);
});
