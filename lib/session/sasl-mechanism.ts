/** A way to prove to a server, by SASL, who the client is. Bring one of your own where DIGEST-MD5 (`{username, password}`) does not do. */
export interface SaslMechanism {
	/** For messages, such as `DIGEST-MD5`. */
	readonly name: string;
	/**
	 * One exchange; begun anew on each connection. It yields what the client says and is resumed with what the server answers (empty where that is nothing), and
	 * returns when the server has let the client in. What it throws closes the client with an `AuthFailedError`: no secret belongs in it.
	 */
	exchange(): Generator<Uint8Array, void, Uint8Array> | AsyncGenerator<Uint8Array, void, Uint8Array>;
}
