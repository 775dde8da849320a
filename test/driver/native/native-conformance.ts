import test from 'ava';
import {NativeDriver} from '../../../lib/driver/native/native-driver.ts';
import {parseConnectString} from '../../../lib/driver/wire/ensemble.ts';
import type {ZooKeeperVersion} from '../../../lib/testing/index.ts';
import {driverConformance} from '../conformance.ts';
import {installedAddon} from './installed-addon.ts';

const installed = await installedAddon();

/** What every driver must do, less what this one cannot. */
export function nativeConformance(version: ZooKeeperVersion, members?: number): void {
	if (installed.type === 'failed') {
		test('NOT RUN: the native driver against a server, because the package `zookeeper` could not be installed', t => {
			t.log(installed.output);
			t.pass();
		});
		return;
	}
	driverConformance(
		version,
		{
			name: 'native',
			lacks: [
				'multi',
				'multiRead',
				'aclAtCreate',
				'getAcl',
				'statInReply',
				'nullData',
				'longTtl',
				'binaryCredentials',
				'persistentWatches',
				'removeWatches',
				'ephemerals',
				'descendantCount',
				'whoAmI',
				'reconfig',
				'sasl',
				'tls',
				'readOnlyMode',
				'replyLimit',
			],
			open: (address, sessionTimeout) =>
				new NativeDriver(installed.addon, {
					...parseConnectString(address),
					parse: parseConnectString,
					sessionTimeout,
					maxRequestLength: 1_048_575,
				}),
		},
		members,
	);
}
