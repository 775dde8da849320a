import {type Client, json, type StandardSchema} from '../../lib/index.ts';
import {WatchedConfig} from '../../recipes/index.ts';

/** What the workers share through ZooKeeper. */
export type DemoSettings = {
	/** The most records of one commit. */
	readonly batchSize: number;
};

const path = '/docent-demo/settings';

/** A Standard Schema written by hand: a program would take one from Zod, Valibot or ArkType. */
const schema: StandardSchema<unknown, DemoSettings> = {
	'~standard': {
		version: 1,
		vendor: 'docent-demo',
		validate(value) {
			const batchSize =
				typeof value === 'object' && value !== null && 'batchSize' in value ? value.batchSize : undefined;
			return typeof batchSize === 'number' && Number.isInteger(batchSize) && batchSize > 0
				? {value: {batchSize}}
				: {issues: [{message: 'a whole number from 1', path: ['batchSize']}]};
		},
	},
};

/** The settings, kept current. */
export async function openSettings(client: Client, signal: AbortSignal): Promise<WatchedConfig<DemoSettings>> {
	return WatchedConfig.open(client, path, {codec: json(schema), signal});
}
