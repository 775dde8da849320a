import type {Client, DataInput, SetOrCreateOptions} from './client.ts';
import {NodeExistsError, NoNodeError} from './errors/keeper-error.ts';
import type {Stat} from './znode.ts';

/** How often others may delete and create the znode between the two attempts, before that is the caller's to know. */
const maxRounds = 10;

/** Sets, and creates what is not there. Whoever comes between is followed: the other attempt is made again. */
export async function setOrCreate(
	client: Client,
	path: string,
	data: DataInput,
	options: SetOrCreateOptions,
): Promise<Stat> {
	for (let round = 1; ; round++) {
		try {
			return await client.set(path, data, options);
		} catch (error) {
			if (!(error instanceof NoNodeError)) throw error;
		}
		try {
			return (await client.create(path, data, options)).stat;
		} catch (error) {
			if (!(error instanceof NodeExistsError) || round === maxRounds) throw error;
		}
	}
}
