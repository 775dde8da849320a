import {InvalidArgumentError} from './errors/argument-error.ts';

// PathUtils.validatePath: what the server would refuse, or accept and never find again.
const forbidden = /[\p{Cc}\p{Cs}\ue000-\uf8ff\ufff0-\uffff\u{10000}-\u{10ffff}]/u;
/** A component that is empty, `.` or `..`. */
const unresolved = /\/\.{0,2}(?:\/|$)/;
const accepted = 'an absolute znode path without empty, "." or ".." components, trailing slash or control characters';

/** @throws InvalidArgumentError */
export function validatePath(path: string, argument = 'path'): void {
	if (path === '/') return;
	if (typeof path !== 'string' || !path.startsWith('/') || forbidden.test(path) || unresolved.test(path))
		throw new InvalidArgumentError(argument, path, accepted);
}

/** A sequential create appends ten digits, so its path may end in a slash. @throws InvalidArgumentError */
export function validateSequentialPath(path: string): void {
	validatePath(typeof path === 'string' && path.endsWith('/') ? `${path}0` : path);
}

/** `parentOf('/a/b')` is `/a`, `parentOf('/a')` is `/`. */
export function parentOf(path: string): string {
	return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** `nameOf('/a/b')` is `b`. */
export function nameOf(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

export function joinPath(parent: string, child: string): string {
	return parent === '/' ? `/${child}` : `${parent}/${child}`;
}

/** Every ancestor but the root, outermost first: `/a/b/c` gives `/a`, `/a/b`. */
export function ancestorsOf(path: string): string[] {
	const ancestors: string[] = [];
	for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1))
		ancestors.push(path.slice(0, slash));
	return ancestors;
}

/** Whether `path` is `root` or below it. */
export function isWithin(path: string, root: string): boolean {
	return root === '/' || path === root || path.startsWith(`${root}/`);
}
