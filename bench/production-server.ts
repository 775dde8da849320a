import {TestingServer} from '../lib/testing/index.ts';

/**
 * A server for measurements. The servers of tests start quickly and stay small: with little memory and without the JVM's second compiler they spend twice as much on a request, and
 * whoever asks the server is measured with it. This one has the heap that `zkServer.sh` gives (1000 MB), and both compilers, as every JVM has by default.
 */
export function startProductionServer(): Promise<TestingServer> {
	return TestingServer.start({javaArguments: ['-Xmx1000m', '-XX:TieredStopAtLevel=4']});
}
