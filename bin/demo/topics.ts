export const input = 'numbers';
export const output = 'numbers-carried';
/** Of each of the two topics. */
export const partitions = 6;
