import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {declareConformance} from '../driver/conformance.ts';
import type {DriverUnderTest} from '../driver/driver-rig.ts';
import {nativeLacks} from '../driver/native/native-lacks.ts';
import {wire} from '../driver/wire-conformance.ts';
import {repository, sources} from '../helpers/repository.ts';

const pageFile = path.join(repository, 'docs/conformance.md');
const page = readFileSync(pageFile, 'utf8');
const tests = new Map(sources(['test']).map(({path: file, text}) => [file, text.replaceAll(String.raw`\'`, "'")]));
const rows = page.split('\n').flatMap(line => {
	const [, number, shown] = /^\| (?<number>\d+) \| [^|]+ \| (?<shown>[^|]+) \|$/.exec(line) ?? [];
	if (number === undefined || shown === undefined) return [];
	const proofs = [...shown.matchAll(/\]\(\.\.\/(?<file>[^)]+)\): “(?<title>[^”]+)”/g)].map(({groups}) => ({
		file: groups?.['file'] ?? '',
		title: groups?.['title'] ?? '',
	}));
	return [{number: Number(number), shown, proofs}];
});

type Proof = (typeof rows)[number]['proofs'][number];

/** A number alone means every test that has it in its title. */
const shows = ({title}: Proof, shown: string): boolean =>
	/^#\d+$/.test(title) ? `${shown} `.includes(`${title} `) : shown.startsWith(title);

test('each behaviour of the list has its row: the tests that show it, or that it is not built', t => {
	t.deepEqual(
		rows.map(({number}) => number),
		Array.from({length: 63}, (_, index) => index + 1),
	);
	for (const {number, shown, proofs} of rows) t.true(proofs.length > 0 || shown === 'not built', String(number));
	t.true(
		rows.every(({number, proofs}) => number > 40 || proofs.length > 0),
		'a client has all of its own',
	);
});

test('the titles that are named are those of the tests', t => {
	const absent = rows
		.flatMap(({proofs}) => proofs)
		.filter(({file, title}) => !tests.get(file)?.includes(/^#\d+$/.test(title) ? `${title} ` : title))
		.map(({file, title}) => `${file}: ${title}`);
	t.deepEqual(absent, []);
});

test('a number in a title is that of a row which names the test', t => {
	const unnamed = [...tests].flatMap(([file, text]) =>
		[...text.matchAll(/(?<quote>["'`])(?<numbers>(?:#\d+ )+)(?<title>(?:(?!\k<quote>).)+)/g)].flatMap(({groups}) => {
			const {numbers = '', title = ''} = groups ?? {};
			return [...numbers.matchAll(/\d+/g)]
				.map(Number)
				.filter(number => {
					const proofs = rows.find(row => row.number === number)?.proofs ?? [];
					return !proofs.some(proof => proof.file === file && shows(proof, `${numbers}${title}`));
				})
				.map(number => `${file}: #${number} ${title}`);
		}),
	);
	t.deepEqual(unnamed, []);
});

/** The titles of what the suite of all drivers asks of this one. */
function titlesOn(subject: DriverUnderTest): readonly string[] {
	const titles: string[] = [];
	const collect = (title: string): void => void titles.push(title);
	declareConformance({check: collect, checkClient: collect}, subject);
	return titles;
}

const onWire = titlesOn(wire);
const onNative = titlesOn({...wire, name: 'native', lacks: nativeLacks});
const numbered = (titles: readonly string[], number: number): number =>
	titles.filter(title => `${title.replace(/[^#\d ].*/, '')} `.includes(`#${number} `)).length;

/** Whether a file of the tests starts servers, itself or through another. */
function startsServers(file: string, visited = new Set<string>()): boolean {
	if (visited.has(file)) return false;
	visited.add(file);
	return [...(tests.get(file) ?? '').matchAll(/^import (?!type).*?from '(?<imported>\.[^']+)'/gms)].some(({groups}) => {
		const imported = path.posix.join(path.posix.dirname(file), groups?.['imported'] ?? '');
		return imported.startsWith('lib/testing/') || startsServers(imported, visited);
	});
}

/** Whether 3.8 is named by a file of the tests, or by another that takes its tests from it. */
function isOnBothVersions(file: string): boolean {
	const name = `/${path.posix.basename(file)}'`;
	return [...tests].some(([other, text]) => (other === file || text.includes(name)) && text.includes("'3.8'"));
}

function whereItRuns({number, proofs}: (typeof rows)[number]): string {
	const [wires, natives] = [numbered(onWire, number), numbered(onNative, number)];
	if (wires > 0 && natives === wires) return 'all four servers, both drivers';
	if (natives > 0) return 'all four servers, both drivers; a part of it needs what the native one cannot';
	if (wires > 0) return 'all four servers, the wire driver; the native one cannot';
	const files = proofs.map(({file}) => file).filter(file => startsServers(file));
	if (files.length === 0) return 'no server is needed';
	return files.every(isOnBothVersions)
		? 'a suite of its own, on 3.8 and 3.9, the wire driver'
		: 'a suite of its own, on 3.9, the wire driver';
}

test('the page says where each behaviour of a client is shown, and no more', t => {
	const places = new Map<string, number[]>();
	for (const row of rows.filter(({number}) => number <= 40 || numbered(onWire, number) > 0)) {
		const place = whereItRuns(row);
		places.set(place, [...(places.get(place) ?? []), row.number]);
	}
	const lines = [...places]
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([place, numbers]) => `| ${place} | ${numbers.join(' ')} |`);
	const fresh = ['| where | numbers |', '| --- | --- |', ...lines].join('\n');
	const [begin, end] = ['<!-- table: where -->\n\n', '\n\n<!-- end: where -->'];
	const [from, to] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
	if (process.argv.includes('--update')) writeFileSync(pageFile, `${page.slice(0, from)}${fresh}${page.slice(to)}`);
	else t.is(page.slice(from, to), fresh);
	t.true(from >= begin.length && to >= from);
});

test('the suite of all drivers runs on four servers with each', t => {
	const runs = [...tests.values()].flatMap(text =>
		[...text.matchAll(/^(?<driver>wire|native)Conformance\('(?<version>[\d.]+)'(?:, (?<members>\d))?\);$/gm)].map(
			({groups}) => `${groups?.['driver']} ${groups?.['version']} ${groups?.['members'] ?? 1}`,
		),
	);
	const drivers = ['wire', 'native'];
	const servers = ['3.8 1', '3.8 3', '3.9 1', '3.9 3'];
	t.deepEqual(runs.sort(), drivers.flatMap(driver => servers.map(server => `${driver} ${server}`)).sort());
});
