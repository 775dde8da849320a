import test from 'ava';
import {DemoError} from '../../../bin/demo/demo-error.ts';
import {demoHelp, parseDemoOptions} from '../../../bin/demo/options.ts';

test('without options: all faults, 60,000 records, nothing is kept', t => {
	t.deepEqual(parseDemoOptions([]), {
		kind: 'run',
		options: {records: 60_000, faults: new Set(['kill', 'freeze', 'zookeeper']), keep: false},
	});
});

for (const [name, faults] of Object.entries({
	none: [],
	kill: ['kill'],
	freeze: ['freeze'],
	zookeeper: ['zookeeper'],
	all: ['kill', 'freeze', 'zookeeper'],
})) {
	test(`--fault ${name}`, t => {
		const request = parseDemoOptions(['--fault', name, '--records=1200', '--keep']);
		t.deepEqual(request, {kind: 'run', options: {records: 1200, faults: new Set(faults), keep: true}});
		t.true(demoHelp.includes(name));
	});
}

test('help is asked for in two ways', t => {
	t.deepEqual(parseDemoOptions(['--help']), {kind: 'help'});
	t.deepEqual(parseDemoOptions(['-h', '--records', 'many']), {kind: 'help'});
});

for (const [args, says] of [
	[['--fault', 'earthquake'], /^--fault must be one of none, kill, freeze, zookeeper, all, not 'earthquake'$/],
	[['--records', 'many'], /^--records must be a whole number from 600 to 1000000, not 'many'$/],
	[['--records', '599'], /599/],
	[['--records', '1000001'], /1000001/],
	[['--records', '1e4'], /1e4/],
	[['--records='], /not ''$/],
	[['--records'], /^Option '--records <value>' argument missing; see --help$/],
	[['--keep=yes'], /--keep.*; see --help$/],
	[['--fautl', 'kill'], /^Unknown option '--fautl'; see --help$/],
	[['kill'], /^Unexpected argument 'kill'.*; see --help$/],
] as const) {
	test(`refused in one line: ${args.join(' ')}`, t => {
		const error = t.throws(() => parseDemoOptions(args), {instanceOf: DemoError, code: 'USAGE', message: says});
		t.false(error?.message.includes('\n'));
	});
}
