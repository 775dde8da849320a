import {readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {TestingBroker, TestingServer} from '../lib/testing/index.ts';
import {ConsumerProject} from './helpers/consumer-project.ts';
import {type ReadmeBlock, readmeBlocks} from './helpers/readme-blocks.ts';
import {repository} from './helpers/repository.ts';

const blocks = readmeBlocks(await readFile(path.join(repository, 'README.md'), 'utf8'));

/** What a reader of the README types, and the server each stands for. */
const addresses = {zookeeper: 'localhost:2181', kafka: 'localhost:9092'};

const title = ({line}: ReadmeBlock): string => `README.md:${line}`;
const fileName = ({line}: ReadmeBlock, extension: string): string => `readme-${line}.${extension}`;

async function compile(project: ConsumerProject, some: readonly ReadmeBlock[]): Promise<string> {
	for (const block of some) {
		// Every block is a module, also the one that imports nothing.
		await project.write(fileName(block, 'ts'), `${block.code}\nexport {};\n`);
	}
	const {end, output} = await project.compile(
		some.map(block => fileName(block, 'ts')),
		{types: ['node']},
	);
	return end === 0 ? '' : output;
}

test('every block of the README compiles', async t => {
	t.true(blocks.length > 0);
	await using project = await ConsumerProject.create();
	await project.linkRepository();
	t.is(await compile(project, blocks), '');
});

test('a block that does not compile is reported with its line', async t => {
	await using project = await ConsumerProject.create();
	await project.linkRepository();
	const wrong = {line: 7, code: "import {noSuchExport} from 'docent';\nnoSuchExport();\n", run: undefined};
	t.regex(await compile(project, [wrong]), /readme-7\.ts.*noSuchExport/);
});

for (const block of blocks.filter(({run}) => run !== undefined)) {
	test(`${title(block)} runs to its end`, async t => {
		t.timeout(180_000);
		await using project = await ConsumerProject.create();
		await project.linkRepository();
		await using zookeeper = block.run?.includes('zookeeper') ? await TestingServer.start() : undefined;
		// A reader's broker is one as it comes, which creates topics as they are named.
		const properties = {'auto.create.topics.enable': true};
		await using broker = block.run?.includes('kafka') ? await TestingBroker.start({properties}) : undefined;
		const code = block.code
			.replaceAll(addresses.zookeeper, zookeeper?.connectString ?? addresses.zookeeper)
			.replaceAll(addresses.kafka, broker?.brokers[0] ?? addresses.kafka);
		t.is(await compile(project, [{...block, code}]), '');
		// The process ends by itself: what the block opened, it has closed.
		const run = await project.node('--enable-source-maps', fileName(block, 'js'));
		t.is(run.end, 0, run.output);
	});
}
