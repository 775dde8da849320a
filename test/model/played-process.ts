import type {Knowledge} from '../../recipes/contender-knowledge.ts';
import type {Chore, Kind} from './played-queue.ts';

export type Contender = {
	readonly kind: Kind;
	readonly revokesOnReset: boolean;
	knowledge: Knowledge;
	/** `lost`: its lease is over, and its holder has not given it back yet. */
	status: 'waiting' | 'held' | 'lost' | 'over';
	downgrades: boolean;
};

type Watch = {readonly by: Contender; readonly knowledge: Knowledge; readonly name: string};

type Asked =
	| {readonly type: 'create'; readonly guid: string}
	| {readonly type: 'list' | 'find'}
	| {readonly type: 'watch'; readonly name: string};
export type Request = {readonly by: Contender; readonly knowledge: Knowledge} & (
	| Asked
	| {readonly type: 'chore'; readonly chore: Chore}
	| {readonly type: 'rewatch'; readonly watches: readonly Watch[]}
);

export type Told =
	| {readonly type: 'created' | 'armed' | 'absent' | 'gone'; readonly name: string}
	| {readonly type: 'listed'; readonly names: readonly string[]}
	| {
			readonly type: 'found';
			readonly names: readonly string[];
			readonly hits: readonly {readonly name: string; readonly owner: number}[];
	  }
	| {readonly type: 'done'; readonly chore: Chore}
	| {readonly type: 'reconnected'};
export type Message = {
	readonly by: Contender;
	readonly knowledge: Knowledge;
	/** Who was before each when the server sent this; not of those who were not there. */
	readonly truth: ReadonlyMap<Contender, readonly string[]>;
} & Told;

/** The contenders of one session, their connection, and what they know in common. */
export class PlayedProcess {
	readonly contenders: readonly Contender[];
	readonly requests: Request[] = [];
	readonly inbox: Message[] = [];
	/** The server's. */
	readonly watches: Set<Watch> = new Set();
	/** The client's: it sets them again. */
	readonly armed: Set<Watch> = new Set();
	/** Given up by one of these, and maybe still there. */
	readonly givenUp: Set<string> = new Set();
	session: number;
	/** Not before the missed events have been told. */
	isConnected = true;
	readonly #chores = new Set<Chore>();
	readonly #knowledge: (kind: Kind) => Knowledge;

	constructor(
		session: number,
		kinds: readonly Kind[],
		knowledge: (process: PlayedProcess) => (kind: Kind) => Knowledge,
	) {
		this.session = session;
		this.#knowledge = knowledge(this);
		this.contenders = kinds.map((kind, index) => ({
			kind,
			revokesOnReset: index % 2 === 0,
			knowledge: this.#knowledge(kind),
			status: 'waiting',
			downgrades: false,
		}));
	}

	get isDone(): boolean {
		const isIdle = this.requests.length + this.inbox.length + this.#chores.size === 0;
		return isIdle && this.contenders.every(({status}) => status === 'over');
	}

	/** Those that no server has seen yet. */
	get creates(): {guid: string; kind: Kind}[] {
		return this.requests.flatMap(request =>
			request.type === 'create' ? [{guid: request.guid, kind: request.by.kind}] : [],
		);
	}

	/** Whether the znode is of one that has released or aborted. */
	isOver(name: string): boolean {
		return this.contenders.some(({knowledge, status}) => status === 'over' && knowledge.my === name);
	}

	send(by: Contender, asked: Asked): void {
		this.requests.push({...asked, by, knowledge: by.knowledge});
	}

	toDo(chore: Chore): void {
		this.#chores.add(chore);
		this.#request({type: 'chore', chore});
	}

	done(chore: Chore): void {
		this.#chores.delete(chore);
		if (chore.type === 'delete') this.givenUp.delete(chore.name);
	}

	forgetDeletions(): void {
		for (const chore of this.#chores) if (chore.type === 'delete') this.#chores.delete(chore);
	}

	disarmed(knowledge: Knowledge, name: string): void {
		for (const watch of this.armed) if (watch.knowledge === knowledge && watch.name === name) this.armed.delete(watch);
	}

	fresh(contender: Contender): void {
		contender.knowledge = this.#knowledge(contender.kind);
	}

	/** The connection is lost, and then there is another one. */
	lose(): void {
		const lost = [...this.requests, ...this.inbox];
		this.#forget();
		this.isConnected = false;
		for (const each of lost) this.#lost(each);
		const watches = [...this.armed].filter(({by, knowledge}) => by.knowledge === knowledge);
		this.#request({type: 'rewatch', watches});
		this.#repeat();
	}

	/** A new session, and everybody who waits begins anew in it. */
	begin(session: number): void {
		const lost = [...this.requests, ...this.inbox];
		this.#forget();
		this.armed.clear();
		this.givenUp.clear();
		this.session = session;
		this.isConnected = true;
		for (const each of lost) this.#lost(each);
		for (const contender of this.contenders) {
			const {outcome, my} = contender.knowledge;
			if (contender.status !== 'waiting' || outcome === 'unknown') continue;
			if (my !== '') this.#chores.add({type: 'delete', name: my});
			this.fresh(contender);
		}
		this.#repeat();
	}

	#forget(): void {
		this.requests.length = 0;
		this.inbox.length = 0;
		this.watches.clear();
	}

	#lost(each: Request | Message): void {
		const {by, knowledge} = each;
		const isCurrent = by.knowledge === knowledge && (by.status === 'waiting' || by.status === 'held');
		switch (each.type) {
			case 'create':
			case 'created':
				if (isCurrent) knowledge.createLost({sent: true});
				else this.#chores.add({type: 'sweep', guid: knowledge.guid});
				return;
			case 'list':
			case 'listed':
				return knowledge.listLost();
			case 'find':
			case 'found':
				return knowledge.findLost();
			case 'watch':
			case 'armed':
			case 'absent':
				return knowledge.unarmed(each.name);
			case 'gone':
			case 'chore':
			case 'done':
			case 'rewatch':
			case 'reconnected':
		}
	}

	#repeat(): void {
		for (const chore of this.#chores) this.#request({type: 'chore', chore});
	}

	/** For nobody in particular. */
	#request(request: {type: 'chore'; chore: Chore} | {type: 'rewatch'; watches: readonly Watch[]}): void {
		const [by] = this.contenders;
		if (by) this.requests.push({...request, by, knowledge: by.knowledge});
	}
}
