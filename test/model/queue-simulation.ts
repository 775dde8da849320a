import {Knowledge, type Step} from '../../recipes/contender-knowledge.ts';
import {protectedName, sequenceOf} from '../../recipes/contender-name.ts';
import type {Precedence} from '../../recipes/precedence.ts';

export type Kind = 'lock-' | '__WRIT__' | '__READ__';

type Request =
	| {readonly type: 'create'; readonly guid: string}
	| {readonly type: 'list' | 'downgrade'}
	| {readonly type: 'watch' | 'delete'; readonly name: string};

type Message = {
	/** Whether the contender was to hold when the server sent this. */
	readonly holds: boolean;
	readonly knowledge: Knowledge;
} & (
	| {readonly type: 'created' | 'armed' | 'gone'; readonly name: string}
	| {readonly type: 'listed'; readonly names: readonly string[]}
);

type Contender = {
	readonly kind: Kind;
	readonly requests: Request[];
	readonly inbox: Message[];
	readonly watches: Set<string>;
	knowledge: Knowledge;
	status: 'waiting' | 'held' | 'over';
	downgrades: boolean;
};

const kinds: readonly Kind[] = ['lock-', '__WRIT__', '__READ__'];

/**
 * Contenders with the real `Knowledge` over a played server: every choice of what happens next is the test's. A connection is a queue of requests that were not
 * executed and a queue of messages that were not delivered.
 */
export class QueueSimulation {
	readonly #precedences: Readonly<Record<Kind, Precedence>>;
	readonly #contenders: readonly Contender[];
	#nodes: string[] = [];
	#sequence = 0;

	constructor(who: readonly Kind[], precedences: Readonly<Record<Kind, Precedence>>) {
		this.#precedences = precedences;
		this.#contenders = who.map(kind => ({
			kind,
			requests: [],
			inbox: [],
			watches: new Set(),
			knowledge: this.#knowledge(kind),
			status: 'waiting',
			downgrades: false,
		}));
	}

	/** Lets happen what is chosen, and then everything that is left to happen. @throws Error when somebody holds wrongly, or waits for ever */
	play(choices: readonly number[]): void {
		for (const choice of choices) {
			// Aborts, and nodes that somebody deletes, are rarer than the rest.
			const isRare = choice % 8 === 0;
			const steps = this.#contenders.flatMap(each => (isRare ? this.#withdrawals(each) : this.#steps(each)));
			steps[Math.floor(choice / 8) % Math.max(1, steps.length)]?.();
		}
		for (let round = 0; this.#contenders.some(({status}) => status !== 'over'); round++) {
			if (round > 1000) throw new Error(`waits for ever: ${this.#nodes.join(', ')}`);
			for (const contender of this.#contenders) {
				while (contender.requests.length > 0) this.#execute(contender);
				while (contender.inbox.length > 0) this.#deliver(contender);
				if (contender.status === 'held' && !contender.downgrades) this.#end(contender);
				else if (contender.knowledge.outcome === 'none') this.#drive(contender);
			}
		}
	}

	#knowledge(kind: Kind): Knowledge {
		return new Knowledge({precedence: this.#precedences[kind], waits: true});
	}

	#steps(contender: Contender): (() => void)[] {
		const {status, knowledge, requests, inbox, kind, downgrades} = contender;
		const steps: (() => void)[] = [];
		if (status === 'waiting' && knowledge.outcome === 'none') steps.push(() => this.#drive(contender));
		if (requests.length > 0) steps.push(() => this.#execute(contender));
		if (inbox.length > 0) steps.push(() => this.#deliver(contender));
		if (status === 'held' && !downgrades) {
			steps.push(() => this.#end(contender));
			if (kind === '__WRIT__') steps.push(() => this.#downgrade(contender));
		}
		return steps;
	}

	#withdrawals(contender: Contender): (() => void)[] {
		const {status, knowledge} = contender;
		if (status !== 'waiting' || knowledge.my === '') return [];
		return [() => this.#end(contender), () => this.#remove(knowledge.my)];
	}

	#end(contender: Contender): void {
		contender.status = 'over';
		contender.requests.push({type: 'delete', name: contender.knowledge.my});
	}

	#downgrade(contender: Contender): void {
		contender.downgrades = true;
		contender.requests.push({type: 'downgrade'}, {type: 'delete', name: contender.knowledge.my});
	}

	#drive(contender: Contender, trigger?: Message): void {
		const {knowledge} = contender;
		const confirmed = trigger?.type === 'listed';
		for (const step of knowledge.drive({confirmed})) this.#take(contender, step, trigger);
	}

	#take(contender: Contender, step: Step, trigger: Message | undefined): void {
		switch (step.step) {
			case 'enter':
				contender.requests.push({type: 'create', guid: contender.knowledge.guid}, {type: 'list'});
				return;
			case 'list':
				contender.requests.push({type: 'list'});
				return;
			case 'watch':
				contender.requests.push({type: 'watch', name: step.name});
				return;
			case 'hold':
				if (trigger?.holds !== true)
					throw new Error(`${contender.knowledge.my} holds beside ${this.#nodes.join(', ')}`);
				contender.status = 'held';
				return;
			case 'find':
			case 'withdraw':
				throw new Error(`${step.step} is not simulated`);
		}
	}

	#execute(contender: Contender): void {
		const request = contender.requests.shift();
		const {knowledge} = contender;
		switch (request?.type) {
			case 'create': {
				const name = `${protectedName(request.guid, contender.kind)}${String(this.#sequence++).padStart(10, '0')}`;
				this.#nodes.push(name);
				return this.#tell(contender, {type: 'created', name});
			}
			case 'list':
				return this.#tell(contender, {type: 'listed', names: [...this.#nodes]});
			case 'watch':
				if (!this.#nodes.includes(request.name)) return this.#tell(contender, {type: 'gone', name: request.name});
				contender.watches.add(request.name);
				return this.#tell(contender, {type: 'armed', name: request.name});
			case 'delete':
				return this.#remove(request.name);
			case 'downgrade':
				if (this.#nodes.includes(knowledge.my)) this.#nodes.push(heirOf(knowledge.my));
				return;
			case undefined:
		}
	}

	#remove(name: string): void {
		this.#nodes = this.#nodes.filter(node => node !== name);
		for (const contender of this.#contenders) {
			if (contender.watches.delete(name)) this.#tell(contender, {type: 'gone', name});
		}
	}

	#tell(
		contender: Contender,
		told: {type: 'created' | 'armed' | 'gone'; name: string} | {type: 'listed'; names: string[]},
	): void {
		const {inbox, knowledge} = contender;
		inbox.push({...told, holds: this.#holds(contender), knowledge});
	}

	/** By the whole truth: its node is there, and none before it that it does not go together with. */
	#holds({knowledge: {guid}, kind}: Contender): boolean {
		const mine = this.#nodes.find(name => name.includes(guid));
		const own = mine && sequenceOf(mine, kinds);
		if (own === undefined) return false;
		return !this.#nodes.some(
			name => (sequenceOf(name, kinds) ?? own) < own && !(kind === '__READ__' && name.includes('__READ__')),
		);
	}

	#deliver(contender: Contender): void {
		const message = contender.inbox.shift();
		const {knowledge} = contender;
		// What is told of an earlier node of one that queues anew is told to nobody.
		if (message?.knowledge !== knowledge || contender.status === 'over') return;
		switch (message.type) {
			case 'created':
				return knowledge.created(message.name);
			case 'listed':
				return knowledge.listed(message.names) ? this.#drive(contender, message) : this.#vanished(contender);
			case 'armed':
				knowledge.armed(message.name);
				return this.#drive(contender, message);
			case 'gone':
				if (message.name === knowledge.my) return this.#vanished(contender);
				knowledge.gone(message.name);
				return this.#drive(contender, message);
		}
	}

	#vanished(contender: Contender): void {
		if (contender.status === 'held') {
			this.#leaveHeir(contender);
			return;
		}
		contender.watches.clear();
		contender.requests.length = 0;
		contender.knowledge = this.#knowledge(contender.kind);
	}

	/** A writer that has become a reader goes on as that for a while; its node is deleted like any other's. */
	#leaveHeir(contender: Contender): void {
		contender.status = 'over';
		if (contender.downgrades) contender.requests.push({type: 'delete', name: heirOf(contender.knowledge.my)});
	}
}

function heirOf(writer: string): string {
	return writer.replace('__WRIT__', '-heir__READ__');
}
