/** How much is kept in memory. */
export type Load = {readonly records: number; readonly bytes: number};
