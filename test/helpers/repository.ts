import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';

/** The folder of this repository, found from wherever the compiled tests lie. */
export const repository: string = findRepository(import.meta.dirname);

function findRepository(from: string): string {
	if (existsSync(path.join(from, 'tsconfig.json'))) {
		return from;
	}
	const parent = path.dirname(from);
	if (parent === from) {
		throw new Error(`No tsconfig.json in ${import.meta.dirname} or above it`);
	}
	return findRepository(parent);
}

export type Source = {
	/** From the repository's root, with `/` between the folders. */
	readonly path: string;
	readonly text: string;
};

/** Every source file below the given folders that are there. */
export function sources(folders: readonly string[], extensions: readonly string[] = ['.ts']): readonly Source[] {
	return folders
		.filter(folder => existsSync(path.join(repository, folder)))
		.flatMap(folder =>
			readdirSync(path.join(repository, folder), {recursive: true, encoding: 'utf8'})
				.filter(name => extensions.includes(path.extname(name)))
				.map(name => path.posix.join(folder, ...name.split(path.sep))),
		)
		.sort()
		.map(file => ({path: file, text: readFileSync(path.join(repository, file), 'utf8')}));
}
