import type {OperationName, ReplyOf, RequestOf} from '../../../operation.ts';
import type {Reader} from '../reader.ts';
import type {Writer} from '../writer.ts';

/** One operation's bytes: a pure function each way. */
export type RequestCodec<Name extends OperationName> = {
	/** The opcode; a create's and a setWatches' depend on the request. */
	code(request: RequestOf<Name>): number;
	encode(writer: Writer, request: RequestOf<Name>): void;
	decode(reader: Reader, request: RequestOf<Name>): ReplyOf<Name>;
};
