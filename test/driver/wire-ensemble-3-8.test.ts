import {parseConnectString} from '../../lib/driver/wire/ensemble.ts';
import {WireDriver} from '../../lib/driver/wire/wire-driver.ts';
import {driverConformance} from './conformance.ts';

driverConformance(
	'3.8',
	{
		name: 'wire',
		lacks: [],
		open: (address, sessionTimeout) =>
			new WireDriver({
				...parseConnectString(address),
				sessionTimeout,
				maxRequestLength: 1_048_575,
				maxReplyLength: 64 * 1024 * 1024,
			}),
	},
	3,
);
