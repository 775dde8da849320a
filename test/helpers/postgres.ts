/** One connection to a PostgreSQL in this process, without a disk. */
export type Postgres = {
	query<Row>(text: string, values?: unknown[]): Promise<{rows: Row[]}>;
	exec(script: string): Promise<unknown>;
	close(): Promise<void>;
};

/** Takes some seconds: one for each test file. */
export async function startPostgres(): Promise<Postgres> {
	// Its declarations need those of a browser and of Emscripten; a name that the compiler does not know keeps them out.
	const name: string = '@electric-sql/pglite';
	const {PGlite} = (await import(name)) as {readonly PGlite: {create(): Promise<Postgres>}};
	return PGlite.create();
}
