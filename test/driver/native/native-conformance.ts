import test from 'ava';
import {NativeDriver} from '../../../lib/driver/native/native-driver.ts';
import {parseConnectString} from '../../../lib/driver/wire/ensemble.ts';
import {connect} from '../../../lib/index.ts';
import type {ZooKeeperVersion} from '../../../lib/testing/index.ts';
import {driverConformance} from '../conformance.ts';
import {addonBeside} from './addon-beside.ts';
import {installedAddon} from './installed-addon.ts';
import {nativeLacks} from './native-lacks.ts';

const installed = await installedAddon();
const beside = installed.type === 'installed' ? addonBeside(installed.folder) : undefined;
if (beside !== undefined) await import(beside);

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
			lacks: nativeLacks,
			open: (address, sessionTimeout) =>
				new NativeDriver(installed.addon, {
					...parseConnectString(address),
					parse: parseConnectString,
					sessionTimeout,
					maxRequestLength: 1_048_575,
				}),
			// Its session may outlive a client: the C client would block the proxy of this process by waiting for the end.
			connect: (servers, options) => connect(servers, {closeTimeout: 0, ...options, driver: 'native'}),
			nodeArguments: beside === undefined ? [] : ['--import', beside],
		},
		members,
	);
}
