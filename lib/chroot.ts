/** Paths as the user writes them, seen from below a root of the server's tree. */
export class Chroot {
	readonly #root: string;

	/** @param root empty, or an absolute path */
	constructor(root: string) {
		this.#root = root;
	}

	toServer(path: string): string {
		if (this.#root === '') return path;
		return path === '/' ? this.#root : this.#root + path;
	}

	fromServer(path: string): string {
		if (this.#root === '') return path;
		return path === this.#root ? '/' : path.slice(this.#root.length);
	}
}
