import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {repository} from '../helpers/repository.ts';

const page = path.join(repository, 'docs/faults.md');

/** Cells by row, then column. */
export type FaultTable = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** In Markdown, rows and columns in the order in which they came. */
export function written(table: FaultTable): string {
	const columns = [...new Set([...table.values()].flatMap(row => [...row.keys()]))];
	const lines = [...table].map(([name, row]) => [name, ...columns.map(column => row.get(column) ?? '')]);
	const rows = [['', ...columns], ['---', ...columns.map(() => '---')], ...lines];
	return rows.map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

/** What docs/faults.md has between the marks of this name; a run with `--update` puts `fresh` there before. */
export function committed(name: string, fresh: string): string {
	const [begin, end] = [`<!-- table: ${name} -->\n\n`, `\n\n<!-- end: ${name} -->`];
	const text = readFileSync(page, 'utf8');
	const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
	if (!text.includes(begin) || to < from) throw new Error(`docs/faults.md has no table ${name}`);
	if (!process.argv.includes('--update')) return text.slice(from, to);
	writeFileSync(page, `${text.slice(0, from)}${fresh}${text.slice(to)}`);
	return fresh;
}
