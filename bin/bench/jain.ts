/**
 * Jain's index of fairness: 1 when all got the same, 1/n when one got everything; `undefined` when nobody got anything.
 *
 * R. Jain, D. Chiu, W. Hawe: A Quantitative Measure of Fairness and Discrimination for Resource Allocation in Shared Computer Systems, 1984.
 */
export function jainIndex(shares: readonly number[]): number | undefined {
	const sum = shares.reduce((total, share) => total + share, 0);
	const squares = shares.reduce((total, share) => total + share * share, 0);
	return squares === 0 ? undefined : (sum * sum) / (shares.length * squares);
}
