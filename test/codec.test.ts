import test from 'ava';
import {json, raw, SchemaError, type StandardSchema, text} from '../lib/codec.ts';

const limits: StandardSchema<unknown, {limit: number}> = {
	'~standard': {
		version: 1,
		vendor: 'test',
		validate(value) {
			if (typeof value === 'object' && value !== null && 'limit' in value && typeof value.limit === 'number')
				return {value: {limit: Math.trunc(value.limit)}};
			return {issues: [{message: 'not a number', path: [{key: 'limit'}]}, {message: 'give it up'}]};
		},
	},
};

test('raw and text', async t => {
	const bytes = Uint8Array.of(0, 255);
	t.is(await raw.decode(raw.encode(bytes)), bytes);
	t.is(await text.decode(text.encode('grün')), 'grün');
	t.throws(() => text.decode(bytes));
});

test('json without a schema checks the syntax only', async t => {
	const codec = json<{a: number}>();
	t.deepEqual(await codec.decode(codec.encode({a: 1})), {a: 1});
	await t.throwsAsync(async () => codec.decode(Buffer.from('{')), {instanceOf: SyntaxError});
	await t.throwsAsync(async () => codec.decode(Buffer.alloc(0)), {instanceOf: SyntaxError});
});

test('json refuses to write what it cannot express', t => {
	t.throws(() => json<unknown>().encode(undefined), {code: 'INVALID_ARGUMENT'});
});

test('json takes any Standard Schema, and what it makes of the value', async t => {
	const codec = json(limits);
	t.deepEqual(await codec.decode(Buffer.from('{"limit":3.7}')), {limit: 3});
	const error = await t.throwsAsync(async () => codec.decode(Buffer.from('{}')), {instanceOf: SchemaError});
	t.is(error?.message, 'limit: not a number; give it up');
});
