#!/usr/bin/env node
import {readFileSync} from 'node:fs';

const help = `docent: coordination for Node.js on Apache ZooKeeper

  docent demo [options]   three workers, one ZooKeeper, one Kafka, and what can go wrong: see docent demo --help
  docent bench [options]  how fast locks, elections and operations are on your ensemble: see docent bench --help
  docent --version
  docent --help`;

process.exitCode = await docent(process.argv.slice(2));

async function docent([command, ...rest]: readonly string[]): Promise<number> {
	switch (command) {
		case 'demo': {
			const {demo} = await import('./demo/command.ts');
			return demo(rest);
		}
		case 'bench': {
			const {bench} = await import('./bench/command.ts');
			return bench(rest);
		}
		case '--version':
			return say(version());
		case '--help':
		case '-h':
			return say(help);
		case undefined:
			process.stderr.write(`${help}\n`);
			return 2;
		default:
			process.stderr.write(`docent: there is no command '${command}'; see docent --help\n`);
			return 2;
	}
}

function say(text: string): number {
	process.stdout.write(`${text}\n`);
	return 0;
}

function version(): string {
	const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
	return String(Object(manifest).version);
}
