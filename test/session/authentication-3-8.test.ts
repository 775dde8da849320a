import {saslAuthentication} from './sasl-authentication.ts';

saslAuthentication('3.8');
