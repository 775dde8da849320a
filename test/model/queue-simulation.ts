import {Knowledge, type Step} from '../../recipes/contender-knowledge.ts';
import type {Precedence} from '../../recipes/precedence.ts';
import {heirOf, type Kind, PlayedQueue} from './played-queue.ts';
import {type Contender, type Message, PlayedProcess, type Request, type Told} from './played-process.ts';

export type Rules = {
	readonly precedences: Readonly<Record<Kind, Precedence>>;
	/**
	 * What the contenders of one process tell each other: of a znode once it is given up; or, broken, also of those that were before it; or already when its lease is lost;
	 * or of a deletion that nobody repeats when the connection is lost.
	 */
	readonly mates?: 'given-up' | 'all-before' | 'lost' | 'deleted-once' | undefined;
};

type Trigger = Message | {readonly type: 'mate'};

/** A contender's kind, and which process it is of. */
export type Who = readonly [kind: Kind, process: number];

/**
 * Contenders with the real `Knowledge`, some of them of one process and session, over a played server: every choice of what happens next is the test's. A connection is a
 * queue of requests that were not executed and a queue of messages that were not delivered; both are lost with it.
 */
export class QueueSimulation {
	readonly #rules: Rules;
	readonly #processes: readonly PlayedProcess[];
	readonly #queue = new PlayedQueue(name => this.#removed(name));
	#sessions = 0;

	constructor(who: readonly Who[], rules: Rules) {
		this.#rules = rules;
		this.#processes = [...new Set(who.map(([, process]) => process))].map(number => {
			const kinds = who.filter(([, process]) => process === number).map(([kind]) => kind);
			return new PlayedProcess(this.#sessions++, kinds, process => kind => this.#knowledge(process, kind));
		});
	}

	/** Lets happen what is chosen, and then everything that is left to happen. @throws Error when somebody holds wrongly, or waits for ever */
	play(choices: readonly number[]): void {
		for (const choice of choices) {
			// Aborts, nodes that somebody deletes and lost connections are rarer than the rest.
			const isRare = choice % 24 === 0;
			const steps = this.#processes.flatMap(each => (isRare ? this.#mishaps(each) : this.#steps(each)));
			steps[Math.floor(choice / 24) % Math.max(1, steps.length)]?.();
		}
		for (const session of this.#queue.abandoned) this.#queue.expire(session);
		for (let round = 0; !this.#processes.every(({isDone}) => isDone); round++) {
			if (round > 1000) throw new Error(`waits for ever: ${this.#queue.names.join(', ')}`);
			for (const process of this.#processes) {
				while (process.requests.length > 0) this.#execute(process);
				while (process.inbox.length > 0) this.#deliver(process);
				for (const contender of process.contenders) {
					if (isHolding(contender) || contender.status === 'lost') this.#end(process, contender);
					else if (contender.status === 'waiting') this.#drive(process, contender);
				}
			}
		}
		if (this.#queue.names.length > 0) throw new Error(`left behind: ${this.#queue.names.join(', ')}`);
	}

	#knowledge(process: PlayedProcess, kind: Kind): Knowledge {
		const others = this.#rules.precedences[kind];
		const precedence: Precedence = {
			before: (mine, names) => others.before(mine, names).filter(name => !process.givenUp.has(name)),
			mayLeaveHeir: name => others.mayLeaveHeir(name),
		};
		return new Knowledge({precedence, waits: true});
	}

	#steps(process: PlayedProcess): (() => void)[] {
		const steps: (() => void)[] = [];
		if (process.requests.length > 0) steps.push(() => this.#execute(process));
		if (process.inbox.length > 0) steps.push(() => this.#deliver(process));
		for (const contender of process.contenders) {
			if (contender.status === 'waiting' && contender.knowledge.outcome !== 'created')
				steps.push(() => this.#drive(process, contender));
			if (!isHolding(contender)) continue;
			steps.push(() => this.#end(process, contender));
			if (contender.kind === '__WRIT__') steps.push(() => downgrade(process, contender));
		}
		return steps;
	}

	#mishaps(process: PlayedProcess): (() => void)[] {
		const steps: (() => void)[] = [() => this.#reset(process), () => this.#abandon(process)];
		for (const session of this.#queue.abandoned)
			steps.push(
				() => this.#queue.expire(session),
				() => this.#queue.arriveLate(session),
			);
		for (const contender of process.contenders) {
			// It may take its time to notice.
			if (contender.status === 'lost') steps.push(() => this.#end(process, contender));
			if (contender.status !== 'waiting' || contender.knowledge.outcome === 'none') continue;
			const {my} = contender.knowledge;
			steps.push(() => this.#end(process, contender));
			if (my !== '') steps.push(() => this.#queue.remove(my));
		}
		return steps;
	}

	/** A release, or an abort. */
	#end(process: PlayedProcess, contender: Contender): void {
		const {my, outcome, guid} = contender.knowledge;
		contender.status = 'over';
		// Who has a create under way takes it back when that is answered.
		if (outcome === 'unknown') process.toDo({type: 'sweep', guid});
		if (my === '') return;
		process.toDo({type: 'delete', name: my});
		this.#giveUp(process, contender);
	}

	#giveUp(process: PlayedProcess, contender: Contender): void {
		const {mates} = this.#rules;
		const {my} = contender.knowledge;
		if (!mates || my === '') return;
		process.givenUp.add(my);
		const names = mates === 'all-before' ? [my, ...this.#queue.blockers(my, contender.kind)] : [my];
		for (const mate of process.contenders) {
			if (mate === contender || mate.status !== 'waiting') continue;
			for (const name of names) mate.knowledge.gone(name);
			this.#drive(process, mate, {type: 'mate'});
		}
	}

	#drive(process: PlayedProcess, contender: Contender, trigger?: Trigger): void {
		if (!process.isConnected) return;
		const {knowledge} = contender;
		const confirmed = trigger?.type === 'listed' || trigger?.type === 'found';
		for (const step of knowledge.drive({confirmed})) this.#take(process, contender, step, trigger);
	}

	#take(process: PlayedProcess, contender: Contender, step: Step, trigger: Trigger | undefined): void {
		const {knowledge, kind} = contender;
		switch (step.step) {
			case 'enter':
				process.send(contender, {type: 'create', guid: knowledge.guid});
				return process.send(contender, {type: 'list'});
			case 'list':
			case 'find':
				return process.send(contender, {type: step.step});
			case 'watch':
				return process.send(contender, {type: 'watch', name: step.name});
			case 'hold': {
				const told =
					trigger?.type === 'mate'
						? this.#isThere(process, contender) && this.#queue.blockers(knowledge.my, kind)
						: trigger?.truth.get(contender);
				if (!told || !told.every(name => process.isOver(name)))
					throw new Error(`${knowledge.my} holds beside ${this.#queue.names.join(', ')}`);
				contender.status = 'held';
				return;
			}
			case 'withdraw':
				throw new Error('all wait');
		}
	}

	/** Or about to hear that it is not. */
	#isThere({inbox}: PlayedProcess, {knowledge: {my}}: Contender): boolean {
		return this.#queue.has(my) || inbox.some(message => message.type === 'gone' && message.name === my);
	}

	#execute(process: PlayedProcess): void {
		const request = process.requests.shift();
		if (!request) return;
		const tell = (told: Told): void => this.#tell(process, request, told);
		switch (request.type) {
			case 'create':
				return tell({type: 'created', name: this.#queue.create(request.guid, request.by.kind, process.session)});
			case 'list':
				return tell({type: 'listed', names: this.#queue.names});
			case 'find':
				return tell({
					type: 'found',
					names: this.#queue.names,
					hits: this.#queue.withGuid(request.knowledge.guid),
				});
			case 'watch':
				if (!this.#queue.has(request.name)) return tell({type: 'absent', name: request.name});
				process.watches.add({by: request.by, knowledge: request.knowledge, name: request.name});
				return tell({type: 'armed', name: request.name});
			case 'chore':
				this.#queue.do(request.chore, process.session);
				return tell({type: 'done', chore: request.chore});
			case 'rewatch':
				for (const watch of request.watches) {
					if (this.#queue.has(watch.name)) process.watches.add(watch);
					else this.#tell(process, watch, {type: 'gone', name: watch.name});
				}
				return tell({type: 'reconnected'});
		}
	}

	#removed(name: string): void {
		for (const process of this.#processes) {
			for (const watch of process.watches) {
				if (watch.name !== name) continue;
				process.watches.delete(watch);
				this.#tell(process, watch, {type: 'gone', name});
			}
		}
	}

	/** With the truth of the moment: who is before each of the process's that are there. */
	#tell(process: PlayedProcess, {by, knowledge}: Pick<Request, 'by' | 'knowledge'>, told: Told): void {
		const truth = new Map<Contender, readonly string[]>();
		for (const contender of process.contenders) {
			const mine = this.#queue.withGuid(contender.knowledge.guid).find(({owner}) => owner === process.session);
			if (mine) truth.set(contender, this.#queue.blockers(mine.name, contender.kind));
		}
		process.inbox.push({...told, by, knowledge, truth});
	}

	#deliver(process: PlayedProcess): void {
		const message = process.inbox.shift();
		if (!message) return;
		if (message.type === 'done') return process.done(message.chore);
		if (message.type === 'reconnected') {
			process.isConnected = true;
			for (const contender of process.contenders) {
				if (contender.status === 'waiting' || contender.status === 'held') this.#drive(process, contender, message);
			}
			return;
		}
		const {by, knowledge} = message;
		// What is told of an earlier node of one that queues anew is told to nobody.
		const isCurrent = by.knowledge === knowledge && (by.status === 'waiting' || by.status === 'held');
		if (!isCurrent) {
			if (message.type === 'created') process.toDo({type: 'delete', name: message.name});
			return;
		}
		switch (message.type) {
			case 'created':
				return knowledge.created(message.name);
			case 'listed':
				if (!knowledge.listed(message.names)) return this.#vanished(process, by);
				break;
			case 'found': {
				const mine = message.hits.find(({owner}) => owner === process.session);
				for (const hit of message.hits) if (hit !== mine) process.toDo({type: 'delete', name: hit.name});
				if (!mine) return process.fresh(by);
				knowledge.found(mine.name, message.names);
				break;
			}
			case 'armed':
				process.armed.add({by, knowledge, name: message.name});
				knowledge.armed(message.name);
				break;
			case 'absent':
			case 'gone':
				process.disarmed(knowledge, message.name);
				if (message.name === knowledge.my) return this.#vanished(process, by);
				knowledge.gone(message.name);
		}
		this.#drive(process, by, message);
	}

	#vanished(process: PlayedProcess, contender: Contender): void {
		if (contender.status === 'waiting') return process.fresh(contender);
		// A writer that has become a reader goes on as that for a while; its node is deleted like any other's.
		contender.status = 'over';
		if (contender.downgrades) process.toDo({type: 'delete', name: heirOf(contender.knowledge.my)});
	}

	/** Some leases end with the connection, some not; nobody has given anything up by that. */
	#reset(process: PlayedProcess): void {
		if (this.#rules.mates === 'deleted-once') process.forgetDeletions();
		process.lose();
		for (const contender of process.contenders) {
			if (isHolding(contender) && contender.revokesOnReset) this.#lost(process, contender);
		}
	}

	/** Its client's clock says that the session is over; the server keeps it for a while. */
	#abandon(process: PlayedProcess): void {
		this.#queue.abandon(process.session, process.creates);
		for (const contender of process.contenders) if (contender.status === 'held') this.#lost(process, contender);
		process.begin(this.#sessions++);
	}

	#lost(process: PlayedProcess, contender: Contender): void {
		contender.status = contender.downgrades ? 'over' : 'lost';
		if (contender.downgrades) process.toDo({type: 'delete', name: heirOf(contender.knowledge.my)});
		if (this.#rules.mates === 'lost') this.#giveUp(process, contender);
	}
}

function isHolding({status, downgrades}: Contender): boolean {
	return status === 'held' && !downgrades;
}

function downgrade(process: PlayedProcess, contender: Contender): void {
	contender.downgrades = true;
	process.toDo({type: 'downgrade', name: contender.knowledge.my});
	process.toDo({type: 'delete', name: contender.knowledge.my});
}
