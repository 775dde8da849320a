import {connect} from '../../lib/index.ts';
import {serveWorkload} from './raw-workload.ts';

const [connectString = ''] = process.argv.slice(2);

await serveWorkload(async () => {
	const client = await connect(connectString, {sessionTimeout: 30_000});
	return {
		create(path, data, answered) {
			client.create(path, data).then(() => answered(), answered);
		},
		get(path, answered) {
			client.get(path).then(() => answered(), answered);
		},
		set(path, data, answered) {
			client.set(path, data).then(() => answered(), answered);
		},
		delete(path, answered) {
			client.delete(path).then(() => answered(), answered);
		},
		watch(path, watch, answered) {
			client.get(path, {watch}).then(() => answered(), answered);
		},
		close: () => client.close(),
	};
});
