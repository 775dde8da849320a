import type {Caller} from './caller.ts';
import type {OperationOptions, ReadOptions} from './client.ts';
import {
	accepted,
	type EnsembleConfig,
	type EnsembleServer,
	formatServer,
	parseConfig,
	parseServer,
} from './ensemble-config.ts';
import {InvalidArgumentError} from './errors/argument-error.ts';

/** A server as `getConfig` gives it, or its line of `zoo.cfg`: `server.4=zk4:2888:3888;2181`. */
export type ServerInput = EnsembleServer | string;

/** Servers that come (or change their addresses or role) and servers that go, by id; or the whole list of those that are to be. */
export type Reconfiguration =
	| {
			readonly joining?: readonly ServerInput[] | undefined;
			readonly leaving?: readonly number[] | undefined;
			readonly members?: undefined;
	  }
	| {readonly members: readonly ServerInput[]; readonly joining?: undefined; readonly leaving?: undefined};

export type ReconfigOptions = OperationOptions & {
	/** The `version` of the configuration that this change was made for; it is refused if there is a newer one. @default -1n: any */
	readonly fromConfig?: bigint | undefined;
};

/** Outside of every chroot and namespace. */
export const configPath = '/zookeeper/config';

export async function getConfig(caller: Caller, options: ReadOptions): Promise<EnsembleConfig> {
	const {data, stat} = await caller.atRoot().read('get', configPath, options, 'data');
	return parseConfig(data, stat);
}

export async function reconfig(
	caller: Caller,
	change: Reconfiguration,
	options: ReconfigOptions,
): Promise<EnsembleConfig> {
	const {fromConfig = -1n} = options;
	if (typeof fromConfig !== 'bigint' || fromConfig < -1n)
		throw new InvalidArgumentError(
			'options.fromConfig',
			fromConfig,
			'a bigint from -1n: the `version` of a configuration',
		);
	const request = {...listsOf(change), fromConfig};
	const {data, stat} = await caller.call({operation: 'reconfig', request, options, idempotent: false});
	return parseConfig(data, stat);
}

type Lists = {readonly joining: string | null; readonly leaving: string | null; readonly members: string | null};

function listsOf(change: Reconfiguration): Lists {
	if (change.members !== undefined) {
		if (change.joining !== undefined || change.leaving !== undefined)
			throw new InvalidArgumentError('change', change, '`members`, or else `joining` and `leaving`');
		return {joining: null, leaving: null, members: serverList('change.members', change.members)};
	}
	const {joining = [], leaving = []} = change;
	if (joining.length === 0 && leaving.length === 0)
		throw new InvalidArgumentError('change', change, '`members`, or at least one server `joining` or `leaving`');
	const wrong = leaving.find(id => !Number.isSafeInteger(id) || id < 0);
	if (wrong !== undefined) throw new InvalidArgumentError('change.leaving', wrong, "servers' ids");
	return {
		joining: joining.length === 0 ? null : serverList('change.joining', joining),
		leaving: leaving.length === 0 ? null : leaving.join(','),
		members: null,
	};
}

function serverList(argument: string, servers: readonly ServerInput[]): string {
	if (!Array.isArray(servers) || servers.length === 0)
		throw new InvalidArgumentError(argument, servers, 'a list of at least one server');
	return servers
		.map((server: ServerInput) => {
			if (typeof server !== 'string') return formatServer(server);
			// A comma would make two of one.
			if (server.includes(',') || !parseServer(server)) throw new InvalidArgumentError(argument, server, accepted);
			return server;
		})
		.join(',');
}
