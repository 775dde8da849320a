import {createHash} from 'node:crypto';

/** The superuser of a server that was started with `superuserArgument`, for `auth` and `addAuth`. */
export const superuser = {scheme: 'digest', auth: 'super:only-for-tests'} as const;

const digest = createHash('sha1').update(superuser.auth).digest('base64');
export const superuserArgument: string = `-Dzookeeper.DigestAuthenticationProvider.superDigest=super:${digest}`;
