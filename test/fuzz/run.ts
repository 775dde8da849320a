import {parseArgs} from 'node:util';
import {fuzz} from './fuzz.ts';

/* `npm run test:fuzz -- --frames 5000000 --seed N`: the same frames for the same seed. Whatever is thrown ends it, with the frame. */
const {values} = parseArgs({
	options: {frames: {type: 'string', default: '5000000'}, seed: {type: 'string', default: '1'}},
});
const wrong = Object.entries(values).find(([, value]) => !/^\d{1,9}$/.test(value));
if (wrong) {
	console.error(`--${wrong[0]} takes a whole number, not ${JSON.stringify(wrong[1])}`);
	process.exit(2);
}
const [frames, seed] = [Number(values.frames), Number(values.seed)];
const {live, accepted, answered, heapBefore, heapAfter, milliseconds} = await fuzz({frames, seed});
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
console.log(`seed ${seed}: ${frames} mutated frames in ${(milliseconds / 1000).toFixed(1)} s, no crash`);
console.log(
	`${accepted} could be read all the same; ${live} went over connections, where ${answered} calls were answered`,
);
console.log(`memory: ${megabytes(heapBefore)} MiB after a tenth of them, ${megabytes(heapAfter)} MiB after all`);
