/** What a call is named by in its errors. */
export type CallName = {readonly operation: string; readonly path?: string | undefined};

export function describe({operation, path}: CallName): string {
	return path === undefined ? operation : `${operation} ${path}`;
}
