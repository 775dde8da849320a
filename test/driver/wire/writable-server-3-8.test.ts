import {readOnlyMode} from './read-only-mode.ts';

readOnlyMode('3.8');
