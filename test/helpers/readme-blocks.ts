export type ServerName = 'zookeeper' | 'kafka';

export type ReadmeBlock = {
	/** Where the block begins in the file, counted from 1. */
	readonly line: number;
	readonly code: string;
	/** The servers it is run against, or `undefined` if it is only type-checked. */
	readonly run: readonly ServerName[] | undefined;
};

const comment = /<!--(?<directive>(?:(?!-->)[^])*)-->\s*$/;
const directivePattern = /^\s*(?:check|run:(?<servers>[ \w]*))(?:\n(?<given>[^]*))?$/;
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
 * `run:` names the servers it is executed against; `check`, or no comment, stands for the compiler alone.
 *
 * @throws Error for a comment it does not understand, and for TypeScript or JavaScript fenced under another name than `ts`
 */
export function readmeBlocks(markdown: string): readonly ReadmeBlock[] {
	return [...markdown.matchAll(fence)].flatMap(({index, groups = {}}): readonly ReadmeBlock[] => {
		const {language = '', code = ''} = groups;
		const above = markdown.slice(0, index);
		const line = above.split('\n').length;
		if (/^(?:typescript|tsx|js|javascript|mts|mjs)$/.test(language)) {
			throw new Error(`line ${line}: code that is to be checked is fenced as \`ts\`, this is \`${language}\``);
		}
		if (language !== 'ts') {
			return [];
		}
		const directive = comment.exec(above)?.groups?.['directive'];
		if (directive === undefined) {
			return [{line, code, run: undefined}];
		}
		const parsed = directivePattern.exec(directive.trimEnd())?.groups;
		if (parsed === undefined) {
			throw new Error(`line ${line}: the comment above the block is neither \`check\` nor \`run: …\`: ${directive}`);
		}
		const {servers, given = ''} = parsed;
		return [{line, code: `${given}\n${code}`, run: servers === undefined ? undefined : serverNames(servers, line)}];
	});
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
