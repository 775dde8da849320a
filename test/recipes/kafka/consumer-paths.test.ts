import test from 'ava';
import fc from 'fast-check';
import {InvalidArgumentError, validatePath} from '../../../lib/index.ts';
import {ConsumerPaths, fromPathElement, toPathElement} from '../../../recipes/kafka/consumer-paths.ts';

test('where the znodes are', t => {
	const paths = new ConsumerPaths('/docent', 'billing');
	t.is(paths.fleet, '/docent/billing/fleet');
	t.is(paths.member('w1'), '/docent/billing/members/w1');
	t.is(paths.lock({topic: 'orders', partition: 3}), '/docent/billing/lanes/orders/3/lock');
	t.is(paths.offset({topic: 'orders', partition: 3}), '/docent/billing/lanes/orders/3/offset');
});

test('the root may be the root', t => {
	t.is(new ConsumerPaths('/', 'billing').fleet, '/billing/fleet');
});

test('any name makes one valid path element, and comes back', t => {
	const name = fc.oneof(
		fc.string({unit: 'binary', minLength: 1}),
		fc.constantFrom('.', '..', '/', 'a/b', 'zookeeper', '%2E', '\0'),
	);
	fc.assert(
		fc.property(name, written => {
			const element = toPathElement(written, 'name');
			t.notThrows(() => validatePath(`/${element}`));
			t.false(element.includes('/'));
			t.is(fromPathElement(element), written);
		}),
	);
});

test('refuses what cannot be encoded', t => {
	t.throws(() => new ConsumerPaths('/docent', ''), {instanceOf: InvalidArgumentError, message: /groupId/});
	t.throws(() => toPathElement('\uD800', 'name'), {instanceOf: InvalidArgumentError});
});
