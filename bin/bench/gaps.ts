/** From each release to the acquisition that follows it at once, if one does. Neither list need be sorted. */
export function gapsBetween(released: readonly number[], acquired: readonly number[]): number[] {
	const events = [
		...released.map(at => ({at, isAcquired: false})),
		...acquired.map(at => ({at, isAcquired: true})),
	].sort((a, b) => a.at - b.at || Number(a.isAcquired) - Number(b.isAcquired));
	return events.flatMap(({at, isAcquired}, index) => {
		const before = events[index - 1];
		return isAcquired && before && !before.isAcquired ? [at - before.at] : [];
	});
}
