import type {Capabilities} from '../driver/driver.ts';
import {unsupported} from '../driver/unsupported.ts';
import {isCoordinationError} from '../errors/coordination-error.ts';
import {AuthFailedError} from '../errors/session-error.ts';
import type {SaslMechanism} from './sasl-mechanism.ts';
import type {Send} from './send.ts';

export type Credential = {readonly scheme: string; readonly auth: Uint8Array};

type AuthenticationOptions = {
	readonly credentials: readonly Credential[];
	readonly sasl: SaslMechanism | undefined;
	readonly send: Send;
	readonly capabilities: Capabilities;
	/** A server refused: resolves when the client is closed. */
	readonly onRefused: (error: AuthFailedError) => Promise<void>;
};

const outlivedBy = ['CONNECTION_LOSS', 'SESSION_EXPIRED', 'CLIENT_CLOSED'];

/** Says to each new connection who the client is. A server knows it only for that connection. */
export class Authentication {
	readonly #options: AuthenticationOptions;
	readonly #credentials: Credential[];

	/** @throws UnsupportedError for a credential that the driver cannot present */
	constructor(options: AuthenticationOptions) {
		this.#options = options;
		this.#credentials = [...options.credentials];
		for (const credential of this.#credentials) this.#requireSupported(credential);
	}

	/** Whether `negotiate` has to come first. */
	get isNegotiated(): boolean {
		return this.#options.sasl !== undefined;
	}

	/** The SASL exchange. A server may serve nothing before it: nothing else is to be sent until it resolves. */
	async negotiate(): Promise<void> {
		const {sasl, send} = this.#options;
		if (!sasl) return;
		try {
			const exchange = sasl.exchange();
			let step = await exchange.next(Buffer.alloc(0));
			while (!step.done) {
				const challenge = await send('sasl', {token: step.value}, {operation: `sasl ${sasl.name}`});
				step = await exchange.next(challenge ?? Buffer.alloc(0));
			}
		} catch (error) {
			// A connection or a session that ended says nothing about the secret; the next connection tries again.
			if (outlivedBy.some(code => isCoordinationError(error, code))) throw error;
			throw await this.#refused(
				error instanceof AuthFailedError
					? error
					: new AuthFailedError(`sasl ${sasl.name}: ${(error as Error).message}`, {cause: error}),
			);
		}
	}

	/** All credentials, in one flight. */
	present(): Promise<void>[] {
		return this.#credentials.map(credential => this.#present(credential));
	}

	/** One more for every later connection; and for the one of now, if there is one. @throws UnsupportedError */
	async add(credential: Credential, isConnected: boolean): Promise<void> {
		this.#requireSupported(credential);
		this.#credentials.push(credential);
		if (isConnected) await this.#present(credential);
	}

	async #present({scheme, auth}: Credential): Promise<void> {
		try {
			await this.#options.send('auth', {scheme, auth}, {operation: `auth ${scheme}`});
		} catch (error) {
			throw error instanceof AuthFailedError ? await this.#refused(error) : error;
		}
	}

	#requireSupported(credential: Credential): void {
		const refusal = unsupported(this.#options.capabilities, 'auth', credential);
		if (refusal) throw refusal;
	}

	async #refused(error: AuthFailedError): Promise<AuthFailedError> {
		await this.#options.onRefused(error);
		return error;
	}
}
