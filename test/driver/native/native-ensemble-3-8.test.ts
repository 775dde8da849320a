import {nativeConformance} from './native-conformance.ts';

nativeConformance('3.8', 3);
