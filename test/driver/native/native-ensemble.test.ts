import {nativeConformance} from './native-conformance.ts';

nativeConformance('3.9', 3);
