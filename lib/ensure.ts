import type {Client, DataInput, Ensured, EnsureOptions} from './client.ts';
import {NodeExistsError} from './errors/keeper-error.ts';

/** How often others may create and delete the znode between the two attempts, before that is the caller's to know. */
const maxRounds = 10;

/** Looks, and creates what is not there. Whoever comes between is followed: the look is taken again. */
export async function ensure(client: Client, path: string, data: DataInput, options: EnsureOptions): Promise<Ensured> {
	const {signal, retry, anySession} = options;
	for (let round = 1; ; round++) {
		const found = await client.exists(path, {signal, retry, anySession});
		if (found) return {stat: found, created: false};
		try {
			const {stat} = await client.create(path, data, {
				...options,
				protect: false,
				createParents: true,
				idempotent: true,
			});
			return {stat, created: true};
		} catch (error) {
			if (!(error instanceof NodeExistsError) || round === maxRounds) throw error;
		}
	}
}
