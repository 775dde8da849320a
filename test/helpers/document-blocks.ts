export type ServerName = 'zookeeper' | 'kafka';

export type DocumentBlock = {
	/** Where the block begins in the document, counted from 1. */
	readonly line: number;
	/** What other blocks of the document import it by. */
	readonly file: string;
	readonly code: string;
	/** The servers it is run against, or `undefined` if it is only type-checked. */
	readonly run: readonly ServerName[] | undefined;
};

const comment = /<!--(?<directive>(?:(?!-->)[^])*)-->\s*$/;
const directivePattern = /^\s*(?:check|file:\s*(?<file>[\w-]+\.ts)|run:(?<servers>[ \w]*))\s*?(?:\n(?<given>[^]*))?$/;
const fence = /^```(?<language>\w*)[^\n]*\n(?<code>[^]*?)^```$/gm;

/**
 * The TypeScript blocks of a Markdown text, each a module of its own. A comment right above a block says what to do with it; code below
 * the comment's first line comes before the block, so that a block can use names that would only tire its reader.
 *
 * ```markdown
 * <!-- run: zookeeper kafka
 * const render = (value: Buffer | null) => value;
 * -->
 * ```
 *
 * `run:` names the servers it is executed against; `file: orders.ts` names the module, for the other blocks and for the test that drives it; `check`, or no comment, stands
 * for the compiler alone.
 *
 * @throws Error for a comment it does not understand, for TypeScript or JavaScript fenced under another name than `ts`, and for two files of one name
 */
export function documentBlocks(markdown: string): readonly DocumentBlock[] {
	const blocks = [...markdown.matchAll(fence)].flatMap(({index, groups = {}}): readonly DocumentBlock[] => {
		const {language = '', code = ''} = groups;
		const above = markdown.slice(0, index);
		const line = above.split('\n').length;
		if (/^(?:typescript|tsx|js|javascript|mts|mjs)$/.test(language)) {
			throw new Error(`line ${line}: code that is to be checked is fenced as \`ts\`, this is \`${language}\``);
		}
		if (language !== 'ts') {
			return [];
		}
		const unnamed = `line-${line}.ts`;
		const directive = comment.exec(above)?.groups?.['directive'];
		if (directive === undefined) {
			return [{line, file: unnamed, code, run: undefined}];
		}
		const parsed = directivePattern.exec(directive.trimEnd())?.groups;
		if (parsed === undefined) {
			throw new Error(
				`line ${line}: the comment above the block is none of \`check\`, \`file: …\`, \`run: …\`: ${directive}`,
			);
		}
		const {servers, file = unnamed, given = ''} = parsed;
		const run = servers === undefined ? undefined : serverNames(servers, line);
		return [{line, file, code: `${given}\n${code}`, run}];
	});
	for (const {line, file} of blocks) {
		if (blocks.some(other => other.file === file && other.line < line)) {
			throw new Error(`line ${line}: there is a \`${file}\` above already`);
		}
	}
	return blocks;
}

function serverNames(words: string, line: number): readonly ServerName[] {
	return words
		.split(' ')
		.filter(Boolean)
		.map(word => {
			if (word !== 'zookeeper' && word !== 'kafka') {
				throw new Error(`line ${line}: there is no server '${word}'; there are zookeeper and kafka`);
			}
			return word;
		});
}
