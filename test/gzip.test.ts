import {gunzipSync, gzipSync} from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import {type Codec, DataTooLargeError, gzip, InvalidArgumentError, json, raw, text} from '../lib/index.ts';

test('what goes in comes out, whatever is inside', async t => {
	const bytes = gzip(raw);
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({maxLength: 5000}), async value =>
			Buffer.from(value).equals(await bytes.decode(bytes.encode(value))),
		),
		{numRuns: 100},
	);
	const flags = gzip(json<{dark: boolean}>());
	t.deepEqual(await flags.decode(flags.encode({dark: true})), {dark: true});
	t.is(await gzip(gzip(text)).decode(gzip(gzip(text)).encode('grün')), 'grün');
});

test('the header is that of Java, on every platform', t => {
	const bytes = gzip(text).encode('');
	t.deepEqual([...bytes], [31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
	t.is(gunzipSync(gzip(text).encode('plain')).toString(), 'plain');
});

test('a bomb costs an error, not the memory', async t => {
	const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
	t.true(bomb.length < 100_000);
	const before = process.memoryUsage().arrayBuffers;
	const error = await t.throwsAsync(async () => gzip(raw, {maxLength: 1000}).decode(bomb), {
		instanceOf: DataTooLargeError,
		code: 'DATA_TOO_LARGE',
	});
	t.is(error.limit, 1000);
	t.true(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
	await t.throwsAsync(async () => gzip(raw).decode(bomb), {instanceOf: DataTooLargeError});
	const exact = gzip(raw, {maxLength: 1000});
	t.is((await exact.decode(exact.encode(Buffer.alloc(1000)))).length, 1000);
	await t.throwsAsync(async () => exact.decode(exact.encode(Buffer.alloc(1001))), {instanceOf: DataTooLargeError});
});

test('bytes that are no gzip, or not all of one, are refused', async t => {
	const whole = gzip(text).encode('a text of some length');
	const flipped = Uint8Array.from(whole).with(-6, 0);
	for (const bytes of [new Uint8Array(), Buffer.from('plain'), whole.subarray(0, -1), whole.subarray(0, 12), flipped])
		await t.throwsAsync(async () => gzip(text).decode(bytes), {instanceOf: Error});
	await t.throwsAsync(async () => gzip(json()).decode(gzip(text).encode('{')), {instanceOf: SyntaxError});
});

test('bad arguments are refused', t => {
	t.throws(() => gzip(undefined as unknown as Codec<string>), {instanceOf: InvalidArgumentError});
	for (const maxLength of [0, 1.5, Infinity])
		t.throws(() => gzip(text, {maxLength}), {instanceOf: InvalidArgumentError});
});
