import {demo} from './demo/command.ts';

process.exitCode = await demo(process.argv.slice(2));
