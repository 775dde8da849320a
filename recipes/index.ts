export {Mutex} from './mutex.ts';
export {ConfigDataError, LeaseLostError, SequenceExhaustedError} from './recipe-error.ts';

export type {AcquireOptions, RevokeOn} from './acquire-options.ts';
export type {Lease} from './lease.ts';
export type {MutexOptions} from './mutex.ts';
export type {LossReason} from './recipe-error.ts';
