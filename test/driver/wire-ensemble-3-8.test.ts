import {wireConformance} from './wire-conformance.ts';

wireConformance('3.8', 3);
