import {reconfiguration} from './reconfiguration.ts';

reconfiguration('3.9');
