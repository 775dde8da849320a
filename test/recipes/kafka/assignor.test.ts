import test from 'ava';
import fc from 'fast-check';
import {assign, type Plan} from '../../../recipes/kafka/assignor.ts';
import {laneKey, type TopicPartition} from '../../../recipes/kafka/topic-partition.ts';

const names = fc.uniqueArray(fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f', 'g'), {maxLength: 7});
const lanes = fc
	.uniqueArray(fc.record({topic: fc.constantFrom('t', 'u'), partition: fc.nat(30)}), {selector: laneKey, maxLength: 40})
	.map((partitions): readonly TopicPartition[] => partitions);

function sizes(plan: Plan, members: readonly string[]): readonly number[] {
	return members.map(member => [...plan.values()].filter(owner => owner === member).length);
}

test('every lane has one owner, and nobody has two lanes more than another', t => {
	fc.assert(
		fc.property(names, names, lanes, lanes, (before, members, partitionsBefore, partitions) => {
			const previous = assign({members: before, partitions: partitionsBefore, previous: new Map()});
			const plan = assign({members, partitions, previous});
			if (members.length === 0) return plan.size === 0;
			const counts = sizes(plan, members);
			return (
				plan.size === partitions.length &&
				partitions.every(lane => members.includes(plan.get(laneKey(lane)) ?? '')) &&
				Math.max(...counts) - Math.min(...counts) <= 1
			);
		}),
	);
	t.pass();
});

test('as few lanes move as balance allows', t => {
	fc.assert(
		fc.property(names, names, lanes, (before, members, partitions) => {
			fc.pre(members.length > 0);
			const previous = assign({members: before, partitions, previous: new Map()});
			const plan = assign({members, partitions, previous});
			const moved = [...plan].filter(([lane, owner]) => previous.get(lane) !== owner).length;
			const least = Math.floor(partitions.length / members.length);
			const larger = partitions.length % members.length;
			const stay = sizes(previous, members)
				.toSorted((a, b) => b - a)
				.reduce((sum, held, rank) => sum + Math.min(held, least + (rank < larger ? 1 : 0)), 0);
			return moved === partitions.length - stay;
		}),
	);
	t.pass();
});

test('the plan does not depend on the order of its input', t => {
	fc.assert(
		fc.property(names, lanes, (members, partitions) => {
			const plan = assign({members, partitions, previous: new Map()});
			const other = assign({members: members.toReversed(), partitions: partitions.toReversed(), previous: new Map()});
			return partitions.every(lane => plan.get(laneKey(lane)) === other.get(laneKey(lane)));
		}),
	);
	t.pass();
});

test('a plan stays as it is while nothing changes', t => {
	fc.assert(
		fc.property(names, lanes, (members, partitions) => {
			const previous = assign({members, partitions, previous: new Map()});
			const plan = assign({members, partitions, previous});
			return [...plan].every(([lane, owner]) => previous.get(lane) === owner);
		}),
	);
	t.pass();
});
