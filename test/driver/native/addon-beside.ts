import path from 'node:path';
import {pathToFileURL} from 'node:url';

/** A module that makes `zookeeper` lead to the package in this folder, as if it lay beside Docent; to be imported before, here or by `node --import`. */
export function addonBeside(folder: string): string {
	const entry = pathToFileURL(path.join(folder, 'node_modules/zookeeper/lib/index.js')).href;
	const hook = inline(
		`export const resolve = (name, context, next) => next(name === 'zookeeper' ? ${JSON.stringify(entry)} : name, context);`,
	);
	return inline(`import {register} from 'node:module'; register(${JSON.stringify(hook)});`);
}

const inline = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
