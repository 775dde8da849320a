import {lookup as resolve, type LookupAddress, type LookupAllOptions} from 'node:dns';
import type {LookupFunction} from 'node:net';
import {shuffled} from '../util/shuffled.ts';

/** As `dns.lookup` with `all`. */
export type Resolve = (
	host: string,
	options: LookupAllOptions,
	callback: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/**
 * What a host name stands for, asked anew at each dial. A server that takes the connection and hangs up is no failure of TCP, so a socket left to itself would stay with the name's first
 * address for ever: each dial begins with the address that was dialled longest ago, before that with those never dialled, in an order of chance. Only if TCP fails it goes on to others.
 */
export class Addresses {
	readonly #resolve: Resolve;
	/** The last one dialled is the last. */
	#dialled: readonly string[] = [];
	#preferred: string | undefined;

	constructor(find: Resolve = resolve) {
		this.#resolve = find;
	}

	/** For the option of that name of `net.connect`, which asks for one address only where its choice among families is switched off. */
	readonly lookup: LookupFunction = (host, options, callback) => {
		this.#resolve(host, {...options, all: true}, (error, found) => {
			const order = error ? [] : this.#inTurn(found);
			const [first] = order;
			if (error || !first) callback(error ?? nothingFound(host), []);
			else if (options.all) callback(null, order);
			else callback(null, first.address, first.family);
		});
	};

	/** The address whose turn it is, for a dial that goes to no other. */
	next(host: string): Promise<string> {
		return new Promise((resolve, reject) => {
			this.lookup(host, {}, (error, address) => {
				if (error) return reject(error);
				this.dialled(address as string);
				resolve(address as string);
			});
		});
	}

	dialled(address: string): void {
		this.#preferred = undefined;
		this.#dialled = [...this.#dialled.filter(other => other !== address), address];
	}

	/** The next dial begins with the address of the last one. */
	repeat(): void {
		this.#preferred = this.#dialled.at(-1);
	}

	#inTurn(found: readonly LookupAddress[]): LookupAddress[] {
		this.#dialled = this.#dialled.filter(old => found.some(({address}) => address === old));
		const turn = ({address}: LookupAddress): number =>
			address === this.#preferred ? -2 : this.#dialled.indexOf(address);
		return shuffled(found).sort((one, other) => turn(one) - turn(other));
	}
}

function nothingFound(host: string): NodeJS.ErrnoException {
	return Object.assign(new Error(`no address for ${host}`), {code: 'ENOTFOUND'});
}
