import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {TestingBroker, TestingServer} from '../lib/testing/index.ts';
import {blocksOf, DocumentProject} from './helpers/document-project.ts';
import {repository} from './helpers/repository.ts';

const pages = readdirSync(path.join(repository, 'docs')).filter(file => file.endsWith('.md'));
const documents = ['README.md', ...pages.map(page => `docs/${page}`)];

/** What a reader of a document types, and the server each stands for. */
const addresses = {zookeeper: 'localhost:2181', kafka: 'localhost:9092'};

test('a block that does not compile is reported with its line', async t => {
	await using project = await DocumentProject.empty();
	const code = "import {noSuchExport} from 'docent';\nnoSuchExport();\n";
	await t.throwsAsync(project.add([{line: 7, file: 'line-7.ts', code, run: undefined}]), {
		message: /line-7\.ts.*noSuchExport/,
	});
});

for (const document of documents) {
	const blocks = blocksOf(document);

	// One after the other: a compiler takes all the cores that there are.
	test.serial(`${document}: every link leads to a file, and every block compiles`, async t => {
		const links = readFileSync(path.join(repository, document), 'utf8').matchAll(/\]\((?<to>[^)#]+)(?:#[^)]*)?\)/g);
		const absent = [...links]
			.map(({groups}) => groups?.['to'] ?? '')
			.filter(to => !/^https?:/.test(to) && !existsSync(path.join(repository, path.dirname(document), to)));
		t.deepEqual(absent, []);
		// A block that is run is compiled with all the others.
		if (blocks.length === 0 || blocks.some(({run}) => run !== undefined)) return;
		await using project = await DocumentProject.empty();
		await t.notThrowsAsync(project.add(blocks));
	});

	for (const block of blocks.filter(({run}) => run !== undefined)) {
		test(`${document}:${block.line} runs to its end`, async t => {
			t.timeout(180_000);
			await using project = await DocumentProject.empty();
			await using zookeeper = block.run?.includes('zookeeper') ? await TestingServer.start() : undefined;
			// A reader's broker is one as it comes, which creates topics as they are named.
			const properties = {'auto.create.topics.enable': true};
			await using broker = block.run?.includes('kafka') ? await TestingBroker.start({properties}) : undefined;
			const code = block.code
				.replaceAll(addresses.zookeeper, zookeeper?.connectString ?? addresses.zookeeper)
				.replaceAll(addresses.kafka, broker?.brokers[0] ?? addresses.kafka);
			await project.add(blocks.map(each => (each === block ? {...block, code} : each)));
			// The process ends by itself: what the block opened, it has closed.
			const run = await project.node('--enable-source-maps', block.file.replace(/ts$/, 'js'));
			t.is(run.end, 0, run.output);
		});
	}
}
