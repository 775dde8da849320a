import {observeRun} from './test/observe-run.mjs';

export default {
	files: ['dist/test/**/*.test.js'],
	nodeArguments: ['--enable-source-maps'],
	// A file may freeze its own process or be killed: only a process of its own keeps that from the others.
	workerThreads: false,
	// Each file starts servers; two at a time keep two cores busy without starving anybody's session.
	concurrency: 2,
	// How long no test at all may end before AVA gives up; a test that needs longer says so with t.timeout().
	timeout: '4m',
	nonSemVerExperiments: {observeRunsFromConfig: true},
	observeRun,
};
