import {
	type Candidate,
	fence,
	look,
	type Looked,
	type Outcomes,
	position,
	record,
	takeOver,
	type TakeoverRoom,
} from '../../recipes/kafka/takeover.ts';
import type {Takeover} from './worker-orders.ts';

/** The protocol's steps, put together as they are meant to be, or wrongly. */
export const takeovers: Readonly<Record<Takeover, typeof takeOver>> = {
	protocol: takeOver,
	'no fence': async (candidates, room) =>
		compose(candidates, room, async (looked, outcomes) => {
			tellFenced(looked);
			return record(looked, room, outcomes);
		}),
	'record before fence': async (candidates, room) =>
		compose(candidates, room, async (looked, outcomes) => {
			tellFenced(looked);
			const recorded = await record(looked, room, outcomes);
			await fence(looked, room);
			return recorded;
		}),
};

type Recording = (looked: readonly Looked[], outcomes: Outcomes) => ReturnType<typeof record>;

async function compose(candidates: readonly Candidate[], room: TakeoverRoom, recording: Recording): Promise<Outcomes> {
	const outcomes: Outcomes = new Map();
	for (let pending = candidates; pending.length > 0; pending = pending.filter(({lane}) => !outcomes.has(lane))) {
		const looked = await look(pending, room, outcomes);
		await position(await recording(looked, outcomes), room, outcomes);
	}
	return outcomes;
}

/** So that the lane goes on. */
function tellFenced(looked: readonly Looked[]): void {
	for (const {tell} of looked) tell({type: 'fenced'});
}
