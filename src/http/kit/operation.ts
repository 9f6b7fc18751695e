import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { LEDGER_UNFIT, type ErrorCode, type PointsmanError } from '../../base/errors.js';
import { parse } from '../../schema/parse.js';
import type { Scope as KeyScope } from '../../schema/key.js';
import type { Caller } from '../../live/keys.js';
import type { Answer } from './answer.js';
import type { ErrorForm } from './error-form.js';
import type { Subject } from '../../store/ports/changes.js';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** What a caller must be allowed to do; null for what everybody may. */
export type Scope = KeyScope | null;

/** A path parameter. */
export interface Param {
  schema: z.ZodType;
  description: string;
  /** Takes the rest of the path, slashes and all. */
  raw?: boolean;
  /** The error for a text that the schema refuses; `invalid_request` unless given. */
  refuse?(text: string): PointsmanError;
}

/** A body that an operation takes. */
export interface Body<T> {
  /** As documented. */
  schema: z.ZodType;
  /** Where it is not required, a missing body counts as `{}`. */
  required: boolean;
  /** Throws `invalid_request` naming each wrong field. `text` is the body as it came. */
  parse(value: unknown, text: string): T;
}

/** A body that must come. `parseBody` takes the place of the schema where its messages would name no field. */
export function requiredBody<S extends z.ZodType>(schema: S): Body<z.output<S>>;
export function requiredBody<T>(schema: z.ZodType, parseBody: (value: unknown, text: string) => T): Body<T>;
export function requiredBody(
  schema: z.ZodType,
  parseBody: (value: unknown, text: string) => unknown = (value) => parse(schema, value),
): Body<unknown> {
  return { schema, required: true, parse: parseBody };
}

/** A body that may be left out, which counts as `{}`. */
export function optionalBody<S extends z.ZodType>(schema: S): Body<z.output<S>> {
  return { schema, required: false, parse: (value) => parse(schema, value ?? {}) };
}

/** One answer of an operation, as documented. */
export interface AnswerDoc {
  description: string;
  schema?: z.ZodType;
  /** Media types; `application/json` unless given. */
  types?: readonly string[];
}

type Params = Readonly<Record<string, Param>>;

/** What `run` gets: all of it parsed by the schemas. */
export interface Input<P extends Params, Q extends z.ZodObject, H extends z.ZodObject, B> {
  params: { readonly [K in keyof P]: z.output<P[K]['schema']> };
  query: z.output<Q>;
  /** By the names that the operation declares. */
  headers: z.output<H>;
  body: B;
  /** Who asks. */
  caller: Caller;
  request: IncomingMessage;
}

/** One method of one path: what it takes and answers, and what it does. */
export interface OperationSpec<P extends Params, Q extends z.ZodObject, H extends z.ZodObject, B> {
  method: Method;
  /** As OpenAPI writes it: `/v1/models/{id}`. */
  path: string;
  /** Other paths that answer the same. */
  aliases?: readonly string[];
  tag: string;
  scope: Scope;
  /** A scope that allows it, too. */
  orScope?: KeyScope;
  /**
   * Subjects that live state has to follow once it has run: none where `run` sees to that, or nothing that lives is
   * changed. False where it stores nothing in the ledger.
   */
  writes: readonly Subject[] | false;
  summary: string;
  description?: string;
  /** The state that it changes, for the audit log; what `GET` of its path answers unless given. */
  state?(input: Input<P, Q, H, B>): Promise<unknown>;
  /** Fields of that state, or of what is asked and answered, that the audit log leaves out. */
  unaudited?: readonly string[];
  /** By name, all that the path has. */
  params?: P;
  /** A strict object. */
  query?: Q;
  /** By name as documented; an object. */
  headers?: H;
  body?: Body<B>;
  /** Longest body, in bytes, where it is less than that of all. */
  maxBodyBytes?: number;
  /** Takes bodies that are longer than those of others. */
  large?: boolean;
  /** Takes bodies as YAML too, and answers in YAML where the client would rather have it. */
  yaml?: boolean;
  /** Whether it answers with a file or a stream: then it runs once the connection is free for its answer. */
  streams?: boolean;
  /** By status. What `run` answers without a status has the first. */
  answers: Readonly<Record<number, AnswerDoc>>;
  /** Codes of its errors, beyond those that follow from what it takes; see {@link errorsOf}. */
  errors: readonly ErrorCode[];
  /** Problem documents unless given. */
  errorForm?: ErrorForm;
  /** Throws one of `errors`. */
  run(input: Input<P, Q, H, B>): Answer | Promise<Answer>;
}

/** An operation as the kit serves and documents it, whatever its types. */
export type Operation = OperationSpec<Params, z.ZodObject, z.ZodObject, unknown>;

// oxlint-disable-next-line typescript/no-empty-object-type
type None = {};

/** Declares an operation; its `run` is typed by its schemas. */
export function operation<
  P extends Params = None,
  Q extends z.ZodObject = z.ZodObject<None>,
  H extends z.ZodObject = z.ZodObject<None>,
  B = undefined,
>(spec: OperationSpec<P, Q, H, B>): Operation {
  return spec as unknown as Operation;
}

/** The same operations, with their errors in another form. */
export function withErrorForm(errorForm: ErrorForm, operations: readonly Operation[]): Operation[] {
  return operations.map((one) => ({ ...one, errorForm }));
}

/** Why the ledger may not take a write now. */
const WRITE_ERRORS: readonly ErrorCode[] = ['ledger_busy', ...LEDGER_UNFIT];

/** Codes of all errors that an operation may answer: its own, and those that follow from what it takes. */
export function errorsOf({
  method,
  scope,
  params,
  query,
  headers,
  body,
  yaml,
  writes,
  errors,
}: Operation): ErrorCode[] {
  const codes = new Set<ErrorCode>(['internal', 'host_not_allowed', ...errors]);
  if (scope !== null) codes.add('unauthorized').add('forbidden').add('rate_limited');
  if (scope === 'route' || method !== 'GET') codes.add('cross_site');
  if (body !== undefined) codes.add('invalid_json').add('payload_too_large').add('unsupported_media_type');
  if (params ?? query ?? headers ?? body) codes.add('invalid_request');
  if (yaml) codes.add('not_acceptable');
  if (yaml && body !== undefined) codes.add('invalid_yaml');
  // Of a key with limits, requests are counted in the ledger.
  if (writes || scope !== null) for (const code of WRITE_ERRORS) codes.add(code);
  return [...codes];
}
