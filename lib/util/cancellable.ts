/** What every call that waits takes. An aborted wait rejects with `AbortedError` (code `ABORTED`), whose `cause` is the signal's reason. */
export type Cancellable = {readonly signal?: AbortSignal | undefined};
