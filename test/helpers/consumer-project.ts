import {mkdtemp, mkdir, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {repository} from './repository.ts';
import {type CommandResult, runCommand} from './run-command.ts';

const modules = path.join(repository, 'node_modules');

/** What a project that uses this one may have beside it. */
const beside = [
	'@opentelemetry/api',
	'@opentelemetry/sdk-trace-base',
	'@types/express',
	'@types/node',
	'express',
	'fastify',
	'kafkajs',
	'prom-client',
];

/** A project of somebody else's in a temporary folder: strict, `nodenext`, checking the declarations of its packages too. */
export class ConsumerProject implements AsyncDisposable {
	readonly folder: string;

	protected constructor(folder: string) {
		this.folder = folder;
	}

	static async create(): Promise<ConsumerProject> {
		return new ConsumerProject(await ConsumerProject.folder());
	}

	/** A new folder with nothing but a `package.json` in it. */
	static async folder(): Promise<string> {
		const folder = await mkdtemp(path.join(tmpdir(), 'docent-consumer-'));
		await mkdir(path.join(folder, 'node_modules'));
		await writeFile(path.join(folder, 'package.json'), JSON.stringify({private: true, type: 'module'}));
		return folder;
	}

	/** Installs what `npm pack` made; its dependencies are linked from ours, so that no network is needed. */
	async installTarball(tarball: string, dependencies: readonly string[]): Promise<void> {
		const target = this.#path('node_modules/docent');
		await mkdir(target);
		const {end, output} = await runCommand('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'], this.folder);
		if (end !== 0) {
			throw new Error(output);
		}
		for (const dependency of dependencies) {
			await this.#link(dependency, path.join(modules, dependency));
		}
	}

	/** Links this repository as it is built now, and packages that go with it. */
	async linkRepository(): Promise<void> {
		await this.#link('docent', repository);
		for (const dependency of beside) {
			await this.#link(dependency, path.join(modules, dependency));
		}
	}

	async write(file: string, text: string): Promise<void> {
		await writeFile(this.#path(file), text);
	}

	/** Type-checks the files and leaves their JavaScript beside them. */
	async compile(
		files: readonly string[],
		compilerOptions: Readonly<Record<string, unknown>> = {},
	): Promise<CommandResult> {
		const options = {module: 'nodenext', target: 'es2023', strict: true, skipLibCheck: false, ...compilerOptions};
		await this.write('tsconfig.json', JSON.stringify({compilerOptions: options, files}));
		return this.node(path.join(modules, 'typescript/bin/tsc'));
	}

	async node(...args: readonly string[]): Promise<CommandResult> {
		return runCommand(process.execPath, args, this.folder);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await rm(this.folder, {recursive: true, force: true});
	}

	async #link(name: string, to: string): Promise<void> {
		const link = this.#path(path.join('node_modules', name));
		await mkdir(path.dirname(link), {recursive: true});
		await symlink(to, link, 'junction');
	}

	#path(file: string): string {
		return path.join(this.folder, file);
	}
}
