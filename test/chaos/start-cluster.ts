import {TestingCluster} from '../../lib/testing/index.ts';

/** Three servers. One that was killed may take long to find its way back among the others. */
export function startCluster(): Promise<TestingCluster> {
	return TestingCluster.start({startTimeout: 120_000});
}
