import {promisify} from 'node:util';
import {gunzip, gzipSync} from 'node:zlib';
import type {Codec} from './codec.ts';
import {InvalidArgumentError} from './errors/argument-error.ts';
import {DataTooLargeError} from './errors/data-error.ts';
import {requireWhole} from './options.ts';

export type GzipOptions = {
	/** The longest data that is decompressed, in bytes: what is longer costs a `DataTooLargeError`, not the memory. @default 16_777_216 (16 MiB) */
	readonly maxLength?: number | undefined;
};

const inflate = promisify<Uint8Array, {maxOutputLength: number}, Buffer>(gunzip);
/** Where a gzip header names the operating system (RFC 1952 §2.3), and the number for an unknown one. */
const operatingSystem = 9;
const unknown = 255;

/**
 * What another codec makes, compressed: `gzip(json(Flags))`. Readable by Curator's `GzipCompressionProvider` (`compressed()`, `decompressed()`), and reads what that writes. The header is the one
 * of Java 16 and later on every platform.
 *
 * `decode` rejects with `DataTooLargeError`, with zlib's error for bytes that are no gzip, or as the inner codec does.
 *
 * @throws InvalidArgumentError
 */
export function gzip<T>(codec: Codec<T>, {maxLength = 16 * 1024 * 1024}: GzipOptions = {}): Codec<T> {
	if (typeof codec?.encode !== 'function' || typeof codec.decode !== 'function')
		throw new InvalidArgumentError('codec', codec, 'a codec, for example json() or raw');
	requireWhole('options.maxLength', maxLength, 1);
	return {
		encode(value) {
			const bytes = gzipSync(codec.encode(value));
			bytes[operatingSystem] = unknown;
			return bytes;
		},
		async decode(bytes) {
			return codec.decode(await decompress(bytes, maxLength));
		},
	};
}

async function decompress(bytes: Uint8Array, maxLength: number): Promise<Buffer> {
	try {
		return await inflate(bytes, {maxOutputLength: maxLength});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
			throw new DataTooLargeError(maxLength, {cause: error});
		throw error;
	}
}
