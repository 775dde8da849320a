/** What kafkajs's errors may carry. */
type KafkajsError = {
	readonly name?: unknown;
	readonly code?: unknown;
	readonly retriable?: unknown;
	readonly message?: unknown;
	readonly cause?: unknown;
};

/** kafkajs's table of codes ends at 88; later ones are only in its message. */
const unknownCode = /^Unknown error code (\d+)/;

const connectionTrouble = new Set([
	'KafkaJSConnectionError',
	'KafkaJSConnectionClosedError',
	'KafkaJSRequestTimeoutError',
	'KafkaJSBrokerNotFound',
	'KafkaJSGroupCoordinatorNotFound',
	'KafkaJSNoBrokerAvailableError',
	'KafkaJSMetadataNotLoaded',
	'KafkaJSTopicMetadataNotLoaded',
	'KafkaJSTimeout',
	'KafkaJSLockTimeout',
]);

/** COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR: another broker is to be asked. */
const elsewhere: ReadonlySet<number | undefined> = new Set([15, 16]);

/** Those, COORDINATOR_LOAD_IN_PROGRESS and CONCURRENT_TRANSACTIONS: the request was not carried out, and may be sent again. */
const notNow: ReadonlySet<number | undefined> = new Set([...elsewhere, 14, 51]);

/** INVALID_PRODUCER_EPOCH, INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED. */
const fenced: ReadonlySet<number | undefined> = new Set([47, 49, 90]);

/** kafkajs wraps what it gave up on; the innermost cause is the broker's answer or the connection's failure. */
function innermost(error: unknown): KafkajsError {
	let inner = (error ?? {}) as KafkajsError;
	while (typeof inner.cause === 'object' && inner.cause !== null) inner = inner.cause;
	return inner;
}

/** The broker's error code (Kafka protocol, "Error codes"); `undefined` when it did not answer. */
export function answerCode(error: unknown): number | undefined {
	const {code, message} = innermost(error);
	const unknown = unknownCode.exec(typeof message === 'string' ? message : '');
	if (unknown) return Number(unknown[1]);
	return typeof code === 'number' ? code : undefined;
}

export function isNotNow(error: unknown): boolean {
	return notNow.has(answerCode(error));
}

export function isElsewhere(error: unknown): boolean {
	return elsewhere.has(answerCode(error));
}

export function isFenced(error: unknown): boolean {
	return fenced.has(answerCode(error));
}

/** Whether a call that is harmless to repeat has a prospect when repeated. */
export function isTransient(error: unknown): boolean {
	const {name, retriable} = innermost(error);
	if (connectionTrouble.has(String(name))) return true;
	return answerCode(error) === undefined ? false : retriable === true || isNotNow(error);
}
