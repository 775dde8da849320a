import {parseConnectString} from '../../lib/driver/wire/ensemble.ts';
import {WireDriver} from '../../lib/driver/wire/wire-driver.ts';
import {connect} from '../../lib/index.ts';
import type {ZooKeeperVersion} from '../../lib/testing/index.ts';
import {driverConformance} from './conformance.ts';
import type {DriverUnderTest} from './driver-rig.ts';

export const wire: DriverUnderTest = {
	name: 'wire',
	lacks: [],
	open: (address, sessionTimeout) =>
		new WireDriver({
			...parseConnectString(address),
			sessionTimeout,
			maxRequestLength: 1_048_575,
			maxReplyLength: 64 * 1024 * 1024,
		}),
	connect,
	nodeArguments: [],
};

/** What every driver must do, all of it. */
export function wireConformance(version: ZooKeeperVersion, members?: number): void {
	driverConformance(version, wire, members);
}
