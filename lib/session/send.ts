import type {OperationName, ReplyOf, RequestOf} from '../driver/operation.ts';
import type {CallName} from './call-name.ts';

/** Sends on the connection of now, ahead of what waits for it to be made ready. */
export type Send = <Name extends OperationName>(
	operation: Name,
	request: RequestOf<Name>,
	name: CallName,
) => Promise<ReplyOf<Name>>;
