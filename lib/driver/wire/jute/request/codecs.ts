import type {OperationName} from '../../../operation.ts';
import {getAcl, setAcl} from './acl.ts';
import {auth} from './auth.ts';
import {children} from './children.ts';
import {closeSession} from './close-session.ts';
import {create} from './create.ts';
import {remove} from './delete.ts';
import {descendantCount} from './descendant-count.ts';
import {ephemerals} from './ephemerals.ts';
import {exists} from './exists.ts';
import {get} from './get.ts';
import {multi} from './multi.ts';
import {multiRead} from './multi-read.ts';
import {reconfig} from './reconfig.ts';
import type {RequestCodec} from './request-codec.ts';
import {sasl} from './sasl.ts';
import {set} from './set.ts';
import {sync} from './sync.ts';
import {addWatch, removeWatches, setWatches} from './watches.ts';
import {whoAmI} from './who-am-i.ts';

export type Codecs = {readonly [Name in OperationName]: RequestCodec<Name>};

/** @param lastZxid the newest zxid that the session has seen, asked when a setWatches is encoded */
export function codecs(lastZxid: () => bigint): Codecs {
	return {
		create,
		delete: remove,
		exists,
		get,
		set,
		children,
		getAcl,
		setAcl,
		sync,
		multi,
		multiRead,
		ephemerals,
		descendantCount,
		whoAmI,
		reconfig,
		sasl,
		auth,
		addWatch,
		removeWatches,
		setWatches: setWatches(lastZxid),
		closeSession,
	};
}
