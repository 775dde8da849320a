import type {CreateMode} from './znode.ts';

/** Paths as the user writes them, seen from below a root of the server's tree. */
export class Chroot {
	readonly #root: string;

	/** @param root empty, or an absolute path */
	constructor(root: string) {
		this.#root = root;
	}

	/** @param mode how the path is to be created: a sequential znode of `/` is a child of the root, not its neighbour */
	toServer(path: string, mode?: CreateMode): string {
		return path === '/' && this.#root !== '' && !mode?.includes('sequential') ? this.#root : this.#root + path;
	}

	fromServer(path: string): string {
		if (this.#root === '') return path;
		return path === this.#root ? '/' : path.slice(this.#root.length);
	}
}
