import {DriverUnavailableError} from '../../errors/driver-error.ts';

/** Zxids come as numbers, 64-bit ids as hexadecimal digits. */
export type NativeStat = {
	readonly czxid: number;
	readonly mzxid: number;
	readonly pzxid: number;
	readonly ctime: Date;
	readonly mtime: Date;
	readonly version: number;
	readonly cversion: number;
	readonly aversion: number;
	readonly ephemeralOwner: string;
	readonly dataLength: number;
	readonly numChildren: number;
};

export type NativeAcl = readonly {readonly perms: number; readonly scheme: string; readonly auth: string}[];

/** Called once, unless the call returned anything but 0. */
export type Callback<Values extends readonly unknown[]> = (
	resultCode: number,
	message: string,
	...values: Values
) => void;

export type NativeConfig = {
	/** `host:port,host:port` */
	readonly connect: string;
	readonly timeout: number;
	readonly debug_level: number;
	readonly host_order_deterministic: boolean;
	readonly response_counter_limit: number;
	/** Hexadecimal; capitals only, in the password. */
	readonly client_id?: string;
	readonly client_password?: string;
};

/**
 * The part of npm `zookeeper` 7.3 that is used. Its `aw_*` calls are not: each leaks the handle of its listener, and the process is aborted if such a watch fires while
 * the client closes. With `watch: true` the same events come through `on`, and nothing leaks.
 */
export type NativeClient = {
	/** 2 while a server has been asked for a session. */
	readonly state: number;
	/** Negotiated, ms; -1 if no host name could be resolved. */
	readonly timeout: number;
	readonly client_id: string;
	readonly client_password: string;
	init(config: object): unknown;
	close(): unknown;
	set_servers(connect: string): number;
	on(event: string, listener: (client: unknown, detail: unknown) => void): unknown;
	a_create(path: string, data: Buffer, flags: number, callback: Callback<[path: string]>): number;
	a_createTtl(path: string, data: Buffer, flags: number, ttl: number, callback: Callback<[path: string]>): number;
	a_exists(path: string, watch: boolean, callback: Callback<[NativeStat]>): number;
	a_get(path: string, watch: boolean, callback: Callback<[NativeStat, Buffer | null]>): number;
	a_get_children2(path: string, watch: boolean, callback: Callback<[string[], NativeStat]>): number;
	a_set(path: string, data: Buffer, version: number, callback: Callback<[NativeStat]>): number;
	a_delete_(path: string, version: number, callback: Callback<[]>): number;
	a_set_acl(path: string, version: number, acl: NativeAcl, callback: Callback<[]>): number;
	a_sync(path: string, callback: Callback<[string]>): number;
	add_auth(scheme: string, auth: string, callback: Callback<[]>): number;
};

export type Addon = new (config: NativeConfig) => NativeClient;

const packageName: string = 'zookeeper';
const wireNeedsNothing = 'or leave out `driver`: the wire driver needs no compiler';

/**
 * Loads the package, which is looked for from this one on upwards.
 *
 * @throws DriverUnavailableError when it is not installed, or could not be compiled
 */
export async function loadAddon(importPackage: () => Promise<unknown> = () => import(packageName)): Promise<Addon> {
	const addon = await importPackage().then(
		module => (module as {readonly default?: unknown}).default,
		(error: unknown) => {
			throw new DriverUnavailableError(explained(error), {cause: error});
		},
	);
	if (typeof addon !== 'function')
		throw new DriverUnavailableError(
			`the package \`zookeeper\` exports no class: install zookeeper@7.3, ${wireNeedsNothing}`,
		);
	return addon as Addon;
}

function explained(error: unknown): string {
	const {code, message} = error as NodeJS.ErrnoException;
	if (code === 'ERR_MODULE_NOT_FOUND' && /package 'zookeeper'/.test(message))
		return `the driver 'native' needs the package \`zookeeper\`, which is not installed: run \`npm install zookeeper@7.3\`, ${wireNeedsNothing}`;
	return (
		"the driver 'native' cannot load the package `zookeeper`; most likely its addon was not compiled. With make, a C++ compiler and Python installed, and its install script allowed " +
		`(\`"allowScripts": {"zookeeper": true}\` in package.json for npm 11), run \`npm rebuild zookeeper\`, ${wireNeedsNothing}`
	);
}
