import {Chroot} from '../../../lib/chroot.ts';
import type {Addon} from '../../../lib/driver/native/addon.ts';
import {NativeDriver} from '../../../lib/driver/native/native-driver.ts';
import {parseConnectString} from '../../../lib/driver/wire/ensemble.ts';
import type {Client, ConnectOptions} from '../../../lib/index.ts';
import {resolveOptions} from '../../../lib/options.ts';
import {Session} from '../../../lib/session/session.ts';
import {SessionClient} from '../../../lib/session-client.ts';
import {nextEvent} from '../../helpers/next-event.ts';

/** What `connect` makes with `driver: 'native'`, on an addon that lies elsewhere than beside this package. */
export async function connectNative(
	addon: Addon,
	connectString: string,
	options: ConnectOptions = {},
): Promise<Client> {
	const resolved = resolveOptions({...options, driver: 'native'});
	const driver = new NativeDriver(addon, {
		...resolved,
		...parseConnectString(connectString),
		parse: parseConnectString,
	});
	const client = new SessionClient({
		openSession: emitter => new Session(driver, {...resolved, credentials: resolved.auth}, emitter),
		chroot: new Chroot(''),
		options: resolved,
	});
	await nextEvent(client, 'connected');
	return client;
}
