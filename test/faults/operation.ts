import type {Client, OperationOptions} from '../../lib/index.ts';
import type {ZooKeeperOperation} from '../../lib/testing/index.ts';

/**
 * What a lost reply means to it. `read`: repeated. `once`: told. `again`: repeated, and what the first attempt did is recognised. `twice`: repeated, which writes the same again.
 * `protected`: made at most once, and taken back when its caller has given up. `guaranteed`: goes on in whatever connection and session comes. `stream`: the same, and ends without an error.
 */
type Kind = 'read' | 'once' | 'again' | 'twice' | 'protected' | 'guaranteed' | 'stream';

export type Operation = {
	readonly name: string;
	/** The request that the fault hits, as it goes over the wire. */
	readonly op: ZooKeeperOperation;
	readonly kind: Kind;
	/** Whether what it creates goes with the session. */
	readonly isEphemeral?: boolean;
	/** What has to be there, beyond the znode at `path`. */
	readonly prepare?: (client: Client, path: string) => Promise<unknown>;
	readonly run: (client: Client, path: string, options: OperationOptions) => Promise<unknown>;
	/** How often the server has done it; a read leaves nothing to count. */
	readonly done?: (witness: Client, path: string) => Promise<number>;
};
