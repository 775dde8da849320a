import {readFileSync} from 'node:fs';
import {createRequire, isBuiltin} from 'node:module';
import {dirname} from 'node:path';
import {compileFunction} from 'node:vm';

type CommonModule = {exports: unknown};

/**
 * A package's CommonJS modules, loaded once more, apart from the copy that `require` shares out in this process: nothing is put into `require.cache` and nothing is
 * taken from it, so neither copy sees the other, whichever is loaded first. Modules that are required only later (kafkajs does so for each request) stay within too.
 */
export class ModuleGraph {
	readonly #replacements: ReadonlyMap<string, unknown>;
	readonly #modules = new Map<string, CommonModule>();

	/** @param replacements what these files (absolute paths) export here instead of what is in them */
	constructor(replacements: ReadonlyMap<string, unknown>) {
		this.#replacements = replacements;
	}

	/** @returns what the module at this absolute path exports */
	load(path: string): unknown {
		if (this.#replacements.has(path)) return this.#replacements.get(path);
		const loaded = this.#modules.get(path);
		if (loaded) return loaded.exports;
		const module: CommonModule = {exports: {}};
		this.#modules.set(path, module);
		try {
			this.#evaluate(path, module);
		} catch (error) {
			this.#modules.delete(path);
			throw error;
		}
		return module.exports;
	}

	/** Exports something else from now on, made of what the module exports. Modules that have required it before keep what they got. */
	wrap(path: string, wrapper: (exported: unknown) => unknown): void {
		const exports = wrapper(this.load(path));
		this.#modules.set(path, {exports});
	}

	#evaluate(path: string, module: CommonModule): void {
		const text = readFileSync(path, 'utf8');
		if (path.endsWith('.json')) {
			module.exports = JSON.parse(text);
			return;
		}
		const native = createRequire(path);
		const require = (specifier: string): unknown =>
			isBuiltin(specifier) ? native(specifier) : this.load(native.resolve(specifier));
		const body = compileFunction(text, ['exports', 'require', 'module', '__filename', '__dirname'], {filename: path});
		body.call(module.exports, module.exports, require, module, path, dirname(path));
	}
}
