import {AbortedError, type Client, type ClientEvents, ClientClosedError, type Created, nameOf} from '../lib/index.ts';
import {type Deferred, deferred} from '../lib/util/deferred.ts';
import {subscribe} from '../lib/util/subscribe.ts';
import {endings} from './connection-policy.ts';
import type {ContendOptions} from './contend-options.ts';
import {Knowledge, type Step} from './contender-knowledge.ts';
import {isExhausted, sequenceOf} from './contender-name.ts';
import {Departure} from './departure.ts';
import type {Search} from './find-by-guid.ts';
import {HeldLease} from './held-lease.ts';
import type {Mate} from './mates.ts';
import {type Entered, type Failure, type Listed, QueueRequests} from './queue-requests.ts';
import {QueueWatches} from './queue-watches.ts';
import {type LossReason, SequenceExhaustedError} from './recipe-error.ts';
import {sweep, withdraw} from './withdraw.ts';

/** What led to a look at the knowledge: the list of my entry, a later one, or a search, that shows my own node. */
type Trigger = 'entry' | 'list' | 'search';

type State =
	| {readonly status: 'waiting'}
	| {readonly status: 'held'; readonly lease: HeldLease}
	| {readonly status: 'over'};

/**
 * The kernel of every recipe that queues: a protected ephemeral-sequential child, created and listed in one flight, then a wait for one predecessor.
 * `Knowledge` decides, `QueueRequests` and `QueueWatches` ask, this class carries what the one says to the others.
 *
 * Status: stable.
 *
 * Error handling: a waiter survives a lost connection, an ended session and a deleted znode. An abort rejects at once and leaves nothing behind, whatever
 * was under way; a server's refusal (NoAuth, quota, …) rejects with that `KeeperError`; a closed client with `ClientClosedError`.
 */
export class Contender implements Mate {
	readonly #client: Client;
	readonly #path: string;
	readonly #options: ContendOptions;
	readonly #requests: QueueRequests;
	readonly #outcome: Deferred<HeldLease | undefined> = deferred();
	readonly #unsubscribe: () => void;
	#state: State = {status: 'waiting'};
	/** Replaced when a waiter queues anew; what comes late for an earlier one is told by its identity. */
	#knowledge: Knowledge;
	/** My znode, once it is known. */
	#node: Created | undefined;
	readonly #watches: QueueWatches;

	constructor(client: Client, path: string, options: ContendOptions) {
		this.#client = client;
		this.#path = path;
		this.#options = options;
		this.#requests = new QueueRequests(client, path, options);
		this.#knowledge = new Knowledge(options);
		this.#watches = new QueueWatches(client, path, {
			armed: name => this.#learn(knowledge => knowledge.armed(name)),
			unarmed: name => this.#ask(knowledge => knowledge.unarmed(name)),
			gone: name => (name === this.#knowledge.my ? this.#vanished() : this.#learn(knowledge => knowledge.gone(name))),
			// A holder that may not read its own znode keeps it: it hears of the session's end all the same.
			refused: error => this.#state.status === 'waiting' && this.#fail(error),
		});
		this.#unsubscribe = subscribe<ClientEvents>(client, {
			connected: () => this.#drive(),
			reconnected: () => this.#drive(),
			...endings(options.revokeOn, (reason, cause) => this.#ended(reason, cause)),
		});
		options.mates?.joined(this);
		this.#drive();
	}

	/** The lease, or `undefined` if the queue is not empty and `waits` is false. */
	get outcome(): Promise<HeldLease | undefined> {
		return this.#outcome.promise;
	}

	abort(reason: unknown): void {
		if (this.#state.status !== 'held') this.#fail(new AbortedError(`acquire ${this.#path}`, reason));
	}

	/** A child before this one stands for nobody any more: that is known here before the server says so. */
	gone(name: string): void {
		this.#watches.disregard(name);
		this.#learn(knowledge => knowledge.gone(name));
	}

	/** Sends what the knowledge lacks, or concludes. Before `reconnected` nothing may be concluded: the missed events come in no order of time. */
	#drive(trigger?: Trigger): void {
		this.#client.checkClock();
		if (this.#state.status === 'over') return;
		const {state} = this.#client;
		if (state.status === 'closed') this.#closed(state.cause);
		if (state.status !== 'connected') return;
		const knowledge = this.#knowledge;
		for (const step of knowledge.drive({confirmed: trigger !== undefined})) {
			if (!this.#isCurrent(knowledge)) return;
			if (step.step === 'hold' && trigger !== 'entry') this.#options.alongside?.();
			this.#take(step, knowledge);
		}
	}

	#learn(note: (knowledge: Knowledge) => void): void {
		note(this.#knowledge);
		this.#drive();
	}

	/** Something has to be asked again. Not in this turn: as long as the loss of the connection is not announced, it would be refused in this turn as well. */
	#ask(note: (knowledge: Knowledge) => void): void {
		note(this.#knowledge);
		setImmediate(() => this.#drive());
	}

	#take(step: Step, knowledge: Knowledge): void {
		switch (step.step) {
			case 'enter':
				return void this.#enter(knowledge);
			case 'find':
				return void this.#find(knowledge);
			case 'list':
				return void this.#list(knowledge);
			case 'watch':
				return this.#state.status === 'held' ? this.#watches.addLater(step.name) : this.#watches.add(step.name);
			case 'hold':
				return this.#node && this.#hold(this.#node);
			case 'withdraw':
				return void this.#leave().then(() => this.#outcome.resolve(undefined));
		}
	}

	async #enter(knowledge: Knowledge): Promise<void> {
		const departure = this.#options.mates?.claimDeparture();
		const entering = departure
			? this.#requests.takeOver(departure, knowledge.guid)
			: this.#requests.enter(knowledge.guid);
		this.#options.alongside?.();
		const entered = await entering;
		if (!this.#isCurrent(knowledge)) return this.#undo(entered, knowledge.guid);
		if (entered.status === 'created') return this.#created(knowledge, entered);
		this.#failed(entered, {
			interrupted: sent => knowledge.createLost({sent}),
			absent: error => (this.#requests.mendParents() ? this.#fresh() : this.#fail(error)),
		});
	}

	#created(knowledge: Knowledge, {node, listed}: Extract<Entered, {status: 'created'}>): void {
		const name = nameOf(node.path);
		this.#node = node;
		knowledge.created(name);
		const sequence = sequenceOf(name, [this.#options.kind]) ?? 0;
		if (isExhausted(sequence)) this.#fail(new SequenceExhaustedError(this.#path, sequence));
		else this.#listed(knowledge, listed, 'entry');
	}

	/** Nobody waits for it any more: what it created, or may have created, is taken back. */
	async #undo(entered: Entered, guid: string): Promise<void> {
		if (entered.status === 'created') {
			const {path, stat} = entered.node;
			await withdraw(this.#client, path, stat.ephemeralOwner);
		} else if (entered.status === 'interrupted' && entered.mayHaveRun) await sweep(this.#client, this.#path, guid);
	}

	async #list(knowledge: Knowledge): Promise<void> {
		const listed = await this.#requests.list();
		if (this.#isCurrent(knowledge)) this.#listed(knowledge, listed, 'list');
	}

	#listed(knowledge: Knowledge, listed: Listed, trigger: Trigger): void {
		if (listed.status !== 'listed')
			this.#failed(listed, {interrupted: () => knowledge.listLost(), absent: () => this.#vanished()});
		else if (knowledge.listed(listed.names)) this.#drive(trigger);
		else this.#vanished();
	}

	async #find(knowledge: Knowledge): Promise<void> {
		const searched = await this.#requests.find(knowledge.guid);
		if (!this.#isCurrent(knowledge)) return;
		if (searched.status === 'searched') this.#searched(knowledge, searched);
		else this.#failed(searched, {interrupted: () => knowledge.findLost(), absent: () => this.#fresh()});
	}

	/** An earlier session's node dies with that session, so it is deleted and never adopted. */
	#searched(knowledge: Knowledge, {children, hits}: Search): void {
		const mine = hits.find(({stat}) => stat.ephemeralOwner === this.#client.session?.id);
		for (const hit of hits) if (hit !== mine) void withdraw(this.#client, hit.path, hit.stat.ephemeralOwner);
		if (!mine) return this.#fresh();
		this.#node = mine;
		knowledge.found(nameOf(mine.path), children);
		this.#drive('search');
	}

	/** @param means what the failure tells, unless it is a refusal: nothing mends that */
	#failed(
		failure: Failure,
		means: {readonly interrupted: (mayHaveRun: boolean) => void; readonly absent: (error: unknown) => void},
	): void {
		if (failure.status === 'interrupted') this.#ask(() => means.interrupted(failure.mayHaveRun));
		else if (failure.status === 'absent') means.absent(failure.error);
		else this.#fail(failure.error);
	}

	/** My node is gone: a holder has lost the lock, a waiter queues anew. */
	#vanished(): void {
		this.#node = undefined;
		if (this.#state.status === 'held') this.#lose('deleted');
		else this.#fresh();
	}

	/** The session is over, or given up by this client's clock while the server may still keep it for a while. */
	#abandon(): void {
		if (this.#state.status === 'over') return;
		this.#watches.forget();
		// Found in the next session, by its name, it will have another owner.
		if (this.#knowledge.outcome === 'pending') this.#knowledge.createLost({sent: true});
		if (this.#knowledge.outcome === 'unknown') this.#knowledge.findLost();
		else {
			if (this.#node) void withdraw(this.#client, this.#node.path, this.#node.stat.ephemeralOwner);
			this.#fresh();
		}
	}

	#fresh(): void {
		this.#watches.takeBack(this.#knowledge.my);
		this.#node = undefined;
		this.#knowledge = new Knowledge(this.#options);
		this.#drive();
	}

	#hold({path, stat}: Created): void {
		const lease = new HeldLease(this.#client, {path, fencingToken: stat.czxid}, () => this.#leave());
		this.#state = {status: 'held', lease};
		this.#outcome.resolve(lease);
	}

	#lose(reason: LossReason, cause?: unknown): void {
		if (this.#state.status !== 'held') return;
		const {lease} = this.#state;
		this.#end();
		lease.lose(reason, cause);
	}

	/** What ends a lease of this client; a waiter queues on, in its next session. */
	#ended(reason: LossReason, cause: unknown): void {
		if (reason === 'closed') this.#closed(cause);
		else if (reason === 'session' && this.#state.status !== 'held') this.#abandon();
		else this.#lose(reason, cause);
	}

	#closed(cause: unknown): void {
		this.#lose('closed', cause);
		this.#end();
		this.#outcome.reject(new ClientClosedError(`acquire ${this.#path}`, {cause}));
	}

	#fail(error: unknown): void {
		void this.#leave();
		this.#outcome.reject(error);
	}

	/** Ends this contender and takes its node back, if there is one or may be one: a create under way is awaited by its own handler. */
	async #leave(): Promise<void> {
		this.#finish();
		const node = this.#node;
		this.#node = undefined;
		if (!node) {
			this.#options.mates?.left(this);
			if (this.#knowledge.outcome === 'unknown') await sweep(this.#client, this.#path, this.#knowledge.guid);
			return;
		}
		const departure = new Departure(this.#client, node, {wasAlone: this.#knowledge.wasAlone});
		if (this.#options.mates) this.#options.mates.left(this, departure);
		else departure.send();
		await departure.gone;
	}

	#end(): void {
		this.#finish();
		this.#options.mates?.left(this);
	}

	#finish(): void {
		this.#state = {status: 'over'};
		this.#unsubscribe();
		this.#watches.takeBack(this.#knowledge.my);
	}

	#isCurrent(knowledge: Knowledge): boolean {
		return this.#knowledge === knowledge && this.#state.status !== 'over';
	}
}
