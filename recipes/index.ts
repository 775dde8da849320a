export {LeaderLatch} from './leader-latch.ts';
export {LeaseGroup} from './lease-group.ts';
export {Mutex} from './mutex.ts';
export {ReadWriteLock} from './read-write-lock.ts';
export {ConfigDataError, LeaseLostError, SequenceExhaustedError} from './recipe-error.ts';
export {Semaphore} from './semaphore.ts';
export {SemaphoreMutex} from './semaphore-mutex.ts';
export {WatchedConfig} from './watched-config.ts';

export type {AcquireOptions, RevokeOn} from './acquire-options.ts';
export type {LeaderLatchOptions, Participant, Term} from './leader-latch.ts';
export type {Leader} from './leader-sighting.ts';
export type {Lease} from './lease.ts';
export type {Lock} from './lock.ts';
export type {MutexOptions} from './mutex.ts';
export type {AcquireReadOptions, ReadLock, ReadWriteLockOptions} from './read-write-lock.ts';
export type {LossReason} from './recipe-error.ts';
export type {SemaphoreOptions, SemaphoreParticipant} from './semaphore.ts';
export type {Versioned, WatchedConfigEvents, WatchedConfigOptions} from './watched-config.ts';
