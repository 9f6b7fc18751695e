import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { PointsmanError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import type { Maybe } from '../../base/maybe.js';
import { parse } from '../../schema/parse.js';
import type { Answer } from './answer.js';
import { createBodyReader, type BodyLimits } from './body.js';
import { sendError } from './errors.js';
import type { Caller } from '../../live/keys.js';
import type { Operation } from './operation.js';
import { problemForm } from './problem.js';
import { queryParser } from './query.js';
import { createRouter, decodeParam, type Endpoint, type Match } from './router.js';
import { preferredType, send, type Exchange } from './send.js';
import { targetOf } from './target.js';
import type { Timings } from './timings.js';
import { turnOf } from './turn.js';
import type { Subject } from '../../store/ports/changes.js';

export interface DispatcherParts extends BodyLimits {
  operations: readonly Operation[];
  log: Logger;
  timings: Timings;
  /**
   * Runs before anything else is done, of a path that no operation answers too: throws for a request that may not come
   * from where it comes, and sets headers that every answer has.
   */
  guard(request: IncomingMessage, response: ServerResponse, operation: Operation | undefined): void;
  /** Tells who asks. Throws for a caller who may not. */
  authorise(request: IncomingMessage, operation: Operation): Maybe<Caller>;
  /** Runs once an operation wrote what live state has to follow, before its answer is sent. Never throws. */
  afterWrite?(subjects: readonly Subject[]): void | Promise<void>;
}

/** How long a caller's word counts while their body comes, or their turn, in milliseconds. */
const AUTHORISED_MS = 500;

/** Route of what no operation answers: paths as they come would make a series each. */
const UNMATCHED = 'unmatched';

/** Goes on with `step`: at once, where there is nothing to wait for. */
function after<T>(value: T | Promise<T>, step: (value: T) => void, fail: (error: unknown) => void): void {
  if (value instanceof Promise) value.then((ready) => step(ready)).catch(fail);
  else step(value);
}

type Values = Readonly<Record<string, unknown>>;

/** What an operation takes of a request but its body, parsed. Each throws `invalid_request`. */
interface Parsers {
  params(texts: Match['params']): Values;
  query(search: string): Values;
  headers(req: IncomingMessage): Values;
}

const NOTHING: Values = Object.freeze({});
const parseNothing = (): Values => NOTHING;

function paramsParser(params: NonNullable<Operation['params']>): Parsers['params'] {
  const declared = Object.entries(params);
  return (texts) => {
    const values: Record<string, unknown> = {};
    for (const [name, { schema, refuse }] of declared) {
      const text = texts[name] ?? '';
      if (refuse === undefined) values[name] = parse(schema, text, 'invalid_request', `${name} in the path`);
      else {
        const { success, data } = schema.safeParse(text);
        if (!success) throw refuse(text);
        values[name] = data;
      }
    }
    return values;
  };
}

function headersParser(schema: NonNullable<Operation['headers']>): Parsers['headers'] {
  const names = Object.keys(schema.shape).map((name) => [name, name.toLowerCase()] as const);
  const none = schema.safeParse({});
  return ({ headers }) =>
    none.success && names.every(([, key]) => headers[key] === undefined)
      ? none.data
      : parse(schema, Object.fromEntries(names.map(([name, key]) => [name, headers[key]])));
}

function parsersOf({ params, query, headers }: Operation): Parsers {
  return {
    params: params === undefined ? parseNothing : paramsParser(params),
    query: query === undefined ? parseNothing : queryParser(query),
    headers: headers === undefined ? parseNothing : headersParser(headers),
  };
}

function decoded(params: Match['params']): Match['params'] {
  const values: Record<string, string> = {};
  for (const name in params) values[name] = params[name]!.split('/').map(decodeParam).join('/');
  return values;
}

/** Answers a request whose path has no such method. */
function refuseMethod({ method }: IncomingMessage, res: ServerResponse, { path, allow }: Endpoint): void {
  res.setHeader('Allow', allow);
  if (method !== 'OPTIONS')
    throw new PointsmanError('method_not_allowed', `${method} ${path}: expected one of ${allow}`);
  res.writeHead(204).end();
}

/**
 * The one way to every operation: finds it, authorises, parses what it takes, runs it, and sends its answer or its
 * error. Whatever answers without waiting is answered without a turn of the event loop.
 */
export function createDispatcher({
  operations,
  maxBodyBytes,
  maxLargeBodyBytes,
  log,
  timings,
  guard,
  authorise,
  afterWrite = () => undefined,
}: DispatcherParts): RequestListener {
  const find = createRouter(operations);
  const parsers = new Map(operations.map((one) => [one, parsersOf(one)]));
  const readBody = createBodyReader({ maxBodyBytes, maxLargeBodyBytes });

  function finish(exchange: Exchange, answer: Answer): void {
    const { writes } = exchange.operation;
    if (writes === false || writes.length === 0) return send(exchange, answer);
    after(afterWrite(writes), () => send(exchange, answer), exchange.fail);
  }

  function serve(exchange: Exchange, caller: Caller, texts: Match['params'], search: string): void {
    const { req, res, operation, fail } = exchange;
    if (operation.yaml) exchange.valueType = preferredType(req, res);
    const own = parsers.get(operation)!;
    const [params, query, headers] = [own.params(texts), own.query(search), own.headers(req)];
    const began = performance.now();
    const run = (body: unknown): void =>
      after(
        // Meanwhile their key may have been revoked, and the minute that the request counts in may be over.
        performance.now() - began < AUTHORISED_MS ? caller : authorise(req, operation),
        (now) =>
          after(
            operation.run({ params, query, headers, body, caller: now, request: req }),
            (answer) => finish(exchange, answer),
            fail,
          ),
        fail,
      );
    const start = (value: unknown): void => {
      if (!operation.streams) return run(value);
      // On a connection that closed, nobody waits for an answer.
      after(turnOf(req, res), (open) => (open ? run(value) : undefined), fail);
    };
    const { body } = operation;
    if (body === undefined) return start(undefined);
    readBody(req, res, operation, (error, value, text = '') => {
      if (error !== undefined) return fail(error);
      try {
        start(body.parse(value, text));
      } catch (thrown) {
        fail(thrown);
      }
    });
  }

  return (req, res) => {
    const { path, search } = targetOf(req);
    const found = find(path);
    timings(req, res, found?.endpoint.path ?? UNMATCHED);
    const form = found?.endpoint.errorForm ?? problemForm;
    const fail = (error: unknown): void => sendError(error, { req, res, form, log, route: found?.endpoint.path });
    try {
      guard(req, res, found?.endpoint.operations.get(req.method!));
      if (found === undefined)
        throw new PointsmanError('route_not_found', `There is no ${path}; /openapi.json lists every path`);
      const operation = found.endpoint.operations.get(req.method!);
      if (operation === undefined) return refuseMethod(req, res, found.endpoint);
      const exchange: Exchange = { req, res, operation, valueType: undefined, fail };
      after(authorise(req, operation), (caller) => serve(exchange, caller, decoded(found.params), search), fail);
    } catch (error) {
      fail(error);
    }
  };
}
