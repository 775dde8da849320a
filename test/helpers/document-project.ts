import {readFileSync} from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {ConsumerProject} from './consumer-project.ts';
import {type DocumentBlock, documentBlocks} from './document-blocks.ts';
import {repository} from './repository.ts';

/** A reader's project, made of what a document shows: each block is a file that is compiled, and can be run or imported. */
export class DocumentProject extends ConsumerProject {
	/**
	 * @param document from the repository's root
	 * @param files more source files, which stand for the reader's own
	 * @throws Error with what the compiler says
	 */
	static async of(document: string, files: Readonly<Record<string, string>> = {}): Promise<DocumentProject> {
		const project = await DocumentProject.empty();
		await project.add(blocksOf(document), files);
		return project;
	}

	static async empty(): Promise<DocumentProject> {
		const project = new DocumentProject(await ConsumerProject.folder());
		await project.linkRepository();
		return project;
	}

	/** @throws Error with what the compiler says */
	async add(blocks: readonly DocumentBlock[], files: Readonly<Record<string, string>> = {}): Promise<void> {
		// Every block is a module, also the one that imports nothing.
		const sources = [
			...blocks.map(({file, code}) => [file, `${code}\nexport {};\n`] as const),
			...Object.entries(files),
		];
		for (const [file, text] of sources) await this.write(file, text);
		const {end, output} = await this.compile(
			sources.map(([file]) => file),
			{types: ['node']},
		);
		if (end !== 0) throw new Error(output);
	}

	/** A block's exports, in this process. */
	async import<Exports>(file: string): Promise<Exports> {
		return (await import(pathToFileURL(path.join(this.folder, file.replace(/ts$/, 'js'))).href)) as Exports;
	}
}

/** @param document from the repository's root */
export function blocksOf(document: string): readonly DocumentBlock[] {
	return documentBlocks(readFileSync(path.join(repository, document), 'utf8'));
}
