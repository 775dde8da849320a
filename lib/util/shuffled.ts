/** In an order of chance (Fisher-Yates); the list given stays as it is. */
export function shuffled<T>(list: readonly T[]): T[] {
	const order = [...list];
	for (let last = order.length - 1; last > 0; last--) {
		const other = Math.floor(Math.random() * (last + 1));
		[order[last], order[other]] = [order[other] as T, order[last] as T];
	}
	return order;
}
