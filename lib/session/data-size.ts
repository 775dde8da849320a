import type {MultiOperation, OperationName, RequestOf} from '../driver/operation.ts';

/** How many bytes of data a request carries. */
export function dataSize(request: RequestOf<OperationName>): number {
	if (Array.isArray(request)) return request.reduce((sum: number, one: MultiOperation) => sum + dataOf(one), 0);
	return typeof request === 'object' ? dataOf(request) : 0;
}

function dataOf(request: object): number {
	return 'data' in request && request.data instanceof Uint8Array ? request.data.length : 0;
}
