// Stands for a worker: says that it works, and ends as it is told to by its id.
import type {WorkerMessage, WorkerOrders} from '../../../bin/demo/messages.ts';

const {id} = JSON.parse(process.argv[2] ?? '{}') as WorkerOrders;

function tell(message: WorkerMessage): void {
	process.send?.(message);
}

tell({kind: 'working'});
tell({kind: 'event', text: 'is here', tone: 'good'});
process.on('message', () => process.exit(id === 'clumsy' ? 3 : 0));
if (id === 'broken') throw new Error('this worker is broken');
