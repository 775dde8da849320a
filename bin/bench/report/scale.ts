/** Where a value is drawn. */
export type Scale = (value: number) => number;

type Range = readonly [from: number, to: number];

export function linear([low, high]: Range, [from, to]: Range): Scale {
	const width = high - low || 1;
	return value => from + ((value - low) / width) * (to - from);
}

export function logarithmic([low, high]: Range, range: Range): Scale {
	const scale = linear([Math.log(low), Math.log(high)], range);
	return value => scale(Math.log(Math.max(value, low)));
}

/** Round numbers from 0 to at least `most`: at most five steps of 1, 2 or 5 times a power of ten. */
export function linearTicks(most: number): readonly number[] {
	const power = 10 ** Math.floor(Math.log10(Math.max(most, 1e-9) / 5));
	const step = [1, 2, 5, 10].map(factor => factor * power).find(each => most / each <= 5) ?? most;
	return Array.from({length: Math.ceil(most / step - 1e-9) + 1}, (_, index) => index * step);
}

/** 1, 2 and 5 times the powers of ten between the bounds; where that would be too many, the powers alone. */
export function logarithmicTicks([low, high]: Range): readonly number[] {
	const factors = high / low > 500 ? [1] : [1, 2, 5];
	const first = Math.floor(Math.log10(low));
	const decades = Array.from({length: Math.ceil(Math.log10(high)) - first + 1}, (_, index) => 10 ** (first + index));
	return decades.flatMap(decade => factors.map(factor => factor * decade)).filter(tick => tick >= low && tick <= high);
}
