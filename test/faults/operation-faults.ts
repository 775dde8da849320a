import type {OperationOptions} from '../../lib/index.ts';
import type {FaultProxy, TestingServer} from '../../lib/testing/index.ts';
import {killSessionOf} from '../helpers/kill-session.ts';
import {nextEvent} from '../helpers/next-event.ts';
import type {ProxiedClient} from '../helpers/proxied-client.ts';
import type {Operation} from './operation.ts';

/** Those that one connection to one server can have, and its caller; they name the table's columns. */
export type OperationFault =
	| 'reset before send'
	| 'reset after send'
	| 'reply lost'
	| 'reply lost, `retry: false`'
	| 'reply left out'
	| 'slow'
	| 'half-open'
	| 'session expired'
	| 'client closed'
	| 'signal aborted';
export type FaultScene = ProxiedClient & {readonly server: TestingServer};
/** Settles with what the call resolved or rejected with. */
export type Start = (options: OperationOptions) => Promise<unknown>;
/** Makes the call, and the fault around it. */
export type Fault = (scene: FaultScene, op: Operation['op'], start: Start) => Promise<unknown>;

async function lose({client, proxy}: FaultScene, how: (proxy: FaultProxy) => void): Promise<void> {
	if (client.state.status !== 'connected') await client.whenConnected();
	const suspended = nextEvent(client, 'suspended');
	how(proxy);
	await suspended;
}

export const operationFaults: Readonly<Record<OperationFault, Fault>> = {
	'reset before send': async (scene, _, start) => {
		await lose(scene, proxy => proxy.refuse());
		const call = start({});
		await scene.proxy.restore();
		return call;
	},
	'reset after send': async ({proxy}, op, start) => {
		proxy.resetOn({request: op});
		return start({});
	},
	'reply lost': async ({proxy}, op, start) => {
		proxy.resetOn({reply: op});
		return start({});
	},
	'reply lost, `retry: false`': async ({proxy}, op, start) => {
		proxy.resetOn({reply: op});
		return start({retry: false});
	},
	'reply left out': async ({proxy}, op, start) => {
		proxy.drop({reply: op});
		return start({});
	},
	slow: async ({proxy}, _, start) => {
		proxy.latency(300);
		return start({});
	},
	'half-open': async (scene, _, start) => {
		let call: Promise<unknown> | undefined;
		await lose(scene, proxy => {
			proxy.blackhole();
			call = start({});
		});
		await scene.proxy.restore();
		return call;
	},
	'session expired': async (scene, op, start) => {
		const rule = scene.proxy.drop({reply: op});
		const call = start({});
		await rule.arrived;
		// The client must not win its session back from the one that ends it.
		await lose(scene, proxy => proxy.refuse());
		await killSessionOf(scene.client, scene.server);
		await scene.proxy.restore();
		return call;
	},
	'client closed': async ({client, proxy}, op, start) => {
		const held = proxy.hold({reply: op});
		const call = start({});
		await held.arrived;
		await client.close();
		held.release();
		return call;
	},
	'signal aborted': async ({proxy}, op, start) => {
		const controller = new AbortController();
		const held = proxy.hold({reply: op});
		const call = start({signal: controller.signal});
		await held.arrived;
		controller.abort();
		const settled = await call;
		held.release();
		return settled;
	},
};
