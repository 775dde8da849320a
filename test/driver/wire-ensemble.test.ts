import {wireConformance} from './wire-conformance.ts';

wireConformance('3.9', 3);
