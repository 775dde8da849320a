/** What a server knows a session by. Whoever holds both can take the session over, or end it: the password is kept out of everything that prints. */
export class SessionCredentials {
	readonly id: bigint;
	readonly #password: Buffer;

	constructor(id: bigint, password: Buffer) {
		this.id = id;
		this.#password = password;
	}

	/** 16 bytes; a copy. */
	get password(): Buffer {
		return Buffer.from(this.#password);
	}

	toJSON(): {readonly id: string} {
		return {id: `0x${this.id.toString(16)}`};
	}
}
