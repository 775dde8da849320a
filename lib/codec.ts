import {InvalidArgumentError} from './errors/argument-error.ts';

/** Turns values into a znode's bytes and back. `decode` throws, or rejects, on bytes that it does not take. */
export type Codec<T> = {
	readonly encode: (value: T) => Uint8Array;
	readonly decode: (bytes: Uint8Array) => T | Promise<T>;
};

/** The bytes as they are. */
export const raw: Codec<Uint8Array> = {encode: bytes => bytes, decode: bytes => bytes};

/** UTF-8; invalid bytes are refused. */
export const text: Codec<string> = {
	encode: value => Buffer.from(value),
	decode: bytes => new TextDecoder('utf-8', {fatal: true}).decode(bytes),
};

/** What a schema found wrong. `issues` are the schema library's own. */
export class SchemaError extends Error {
	readonly issues: readonly StandardSchemaIssue[];

	constructor(issues: readonly StandardSchemaIssue[]) {
		super(issues.map(describe).join('; '));
		this.issues = issues;
	}

	override get name(): string {
		return 'SchemaError';
	}
}

/**
 * JSON in UTF-8. With a schema (Zod, Valibot, ArkType, anything that implements Standard Schema), what is read is what the schema makes of it; what is
 * written is checked when it is read. Without one, nothing is checked and `T` is only a claim.
 */
export function json<T = unknown>(schema?: StandardSchema<unknown, T>): Codec<T> {
	return {
		encode(value) {
			const encoded = JSON.stringify(value) as string | undefined;
			if (encoded === undefined) throw new InvalidArgumentError('value', value, 'something that JSON can express');
			return Buffer.from(encoded);
		},
		async decode(bytes) {
			const value: unknown = JSON.parse(await text.decode(bytes));
			if (!schema) return value as T;
			const result = await schema['~standard'].validate(value);
			if (result.issues) throw new SchemaError(result.issues);
			return result.value;
		},
	};
}

function describe({message, path = []}: StandardSchemaIssue): string {
	const keys = path.map(segment => (typeof segment === 'object' ? segment.key : segment));
	return keys.length === 0 ? message : `${keys.map(String).join('.')}: ${message}`;
}

/** The part of Standard Schema v1 that is used here; see https://standardschema.dev (MIT), meant to be copied. */
export interface StandardSchema<Input, Output> {
	readonly '~standard': {
		readonly version: 1;
		readonly vendor: string;
		readonly validate: (
			value: unknown,
		) =>
			| {readonly value: Output; readonly issues?: undefined}
			| {readonly issues: readonly StandardSchemaIssue[]}
			| Promise<
					{readonly value: Output; readonly issues?: undefined} | {readonly issues: readonly StandardSchemaIssue[]}
			  >;
		readonly types?: {readonly input: Input; readonly output: Output} | undefined;
	};
}
export interface StandardSchemaIssue {
	readonly message: string;
	readonly path?: readonly (PropertyKey | {readonly key: PropertyKey})[] | undefined;
}
