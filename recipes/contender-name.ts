/**
 * The names of the children that queue, as Curator writes them (`ProtectedUtils`, `StandardLockInternalsDriver`): `_c_<uuid>-<kind><ten digits>`.
 * What takes part in a queue is told by name; a child of any other name is somebody else's and is left alone.
 */

/** Lock children: Curator's and go-zookeeper's mutex, kazoo's locks, and both halves of Curator's read-write lock. */
export const lockKinds: readonly string[] = ['-lock-', '__lock__', '__rlock__', '__WRIT__', '__READ__'];
export const latchKinds: readonly string[] = ['latch-'];

/** From here on, fewer than 2^20 creates remain until the server's signed 32-bit counter wraps to -2147483648. */
const sequenceLimit = 2 ** 31 - 2 ** 20;

/** The part that is ours to choose; the server appends the sequence. */
export function protectedName(guid: string, kind: string): string {
	return `_c_${guid}-${kind}`;
}

export function hasGuid(name: string, guid: string): boolean {
	return name.startsWith(`_c_${guid}-`);
}

/** The sequence number, if the name is of one of the kinds. Java's `%010d` counts the sign: -1 is `-000000001`. */
export function sequenceOf(name: string, kinds: readonly string[]): number | undefined {
	const digits = digitsOf(name, kinds);
	return digits === undefined ? undefined : Number(digits);
}

/** The queue: those of the kinds, by sequence. Compared as text, as Curator and kazoo do: a wrapped (negative) sequence is first, and of two the later. */
export function inOrder(names: readonly string[], kinds: readonly string[]): string[] {
	return names
		.map(name => ({name, digits: digitsOf(name, kinds)}))
		.filter((child): child is {name: string; digits: string} => child.digits !== undefined)
		.sort((a, b) => (a.digits < b.digits ? -1 : Number(a.digits > b.digits)))
		.map(({name}) => name);
}

function digitsOf(name: string, kinds: readonly string[]): string | undefined {
	for (const kind of kinds) {
		const at = name.lastIndexOf(kind);
		const digits = at < 0 ? '' : name.slice(at + kind.length);
		if (/^(?:\d{10}|-\d{9,10})$/.test(digits)) return digits;
	}
	return undefined;
}

/** All children, as Curator sorts them (`standardFixForSorting`): by UTF-16 code units, as Java compares strings. */
export function inCuratorOrder(names: readonly string[], kind: string): string[] {
	return names
		.map(name => ({name, key: name.slice(afterLast(name, kind))}))
		.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
		.map(({name}) => name);
}

/** Where what follows the last `kind` begins; 0 without one. */
function afterLast(name: string, kind: string): number {
	const at = name.lastIndexOf(kind);
	return at < 0 ? 0 : at + kind.length;
}

export function isExhausted(sequence: number): boolean {
	return sequence < 0 || sequence >= sequenceLimit;
}
