import {ProtocolError} from '../../../../errors/session-error.ts';
import type {WatchedEvent} from '../../../../znode.ts';
import type {Reader} from '../reader.ts';

const eventTypes: Readonly<Record<number, WatchedEvent['type']>> = {
	1: 'created',
	2: 'deleted',
	3: 'changed',
	4: 'children',
};

/* class WatcherEvent { int type; int state; ustring path; } */
export function decodeEvent(reader: Reader): WatchedEvent {
	const number = reader.int();
	reader.int();
	const type = eventTypes[number];
	if (type === undefined) throw new ProtocolError(`a watch event of type ${number}`);
	return {type, path: reader.string()};
}
