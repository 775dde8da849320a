import {ensembleTracking} from './ensemble-tracking.ts';

ensembleTracking('3.9');
