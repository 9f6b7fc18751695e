import type { Rng } from '../../src/base/rng.js';
import type { NamedOperation, OpenApiDocument } from '../openapi/document.js';
import { callBody, callHeaders, isCall } from './calls.js';
import { METHODS, oddHeaders } from './headers.js';
import { mutated } from './mutate.js';
import { oneOf } from './nasty.js';
import type { PoolName, Pools } from './pools.js';
import { changedPath, changedSearch, encoded } from './target.js';
import { bodyOf, spoiltBody, type SentBody } from './text.js';
import { createValues, type Schema } from './values.js';

/** A request to send. */
export interface FuzzRequest {
  /** Operation that it is made of; what it asks may be none. */
  name: string;
  method: string;
  target: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
  /** The connection is broken off after half of the body. */
  breaksOff: boolean;
  /** It is broken off once the answer begins. */
  leaves: boolean;
}

/** What the `{id}` of a path is the name of, where its schema does not say. */
const PATH_POOLS: readonly (readonly [RegExp, PoolName])[] = [
  [/^\/v1\/jobs\//, 'job'],
  [/^\/v1\/alerts\//, 'alert'],
  [/^\/v1\/route\//, 'cascade'],
  [/^\/v1\/providers\//, 'provider'],
];

/** Share of requests that are as documented. */
const GOOD = 0.45;
/** Share of calls whose body is what the schema says alone, and whose client goes away once it is answered. */
const [PLAIN_CALL, LEAVES] = [0.1, 0.03];

/** Makes the requests of operations: as documented, or nearly. */
export function createRequests(document: OpenApiDocument, pools: Pools) {
  const valueOf = createValues(document, pools);

  function paramText(path: string, name: string, schema: Schema, rng: Rng): string {
    if (name === 'file') return pools.pick('file', rng);
    const pool = PATH_POOLS.find(([pattern]) => pattern.test(path))?.[1];
    return encoded(pool === undefined ? String(valueOf(schema, rng)) : pools.pick(pool, rng));
  }

  function pathOf({ path, operation }: NamedOperation, rng: Rng): string {
    return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const schema = operation.parameters.find((one) => one.name === name)!.schema;
      return paramText(path, name, schema, rng);
    });
  }

  function searchOf({ operation }: NamedOperation, rng: Rng): string {
    const share = rng.next();
    return operation.parameters
      .filter((one) => one.in === 'query' && (one.required || rng.next() < share * 0.6))
      .flatMap(({ name, schema }) => {
        const value = valueOf(schema, rng);
        return (Array.isArray(value) ? value : [value]).map((each) => `${name}=${encoded(String(each))}`);
      })
      .join('&')
      .slice(0, 6000);
  }

  function headersOf(one: NamedOperation, rng: Rng): Record<string, string> {
    if (isCall(one)) return callHeaders(pools, rng);
    const declared = one.operation.parameters.filter((each) => each.in === 'header' && rng.next() < 0.4);
    return Object.fromEntries(declared.map(({ name, schema }) => [name.toLowerCase(), String(valueOf(schema, rng))]));
  }

  function bodyFor(one: NamedOperation, good: boolean, rng: Rng): SentBody | undefined {
    const { requestBody } = one.operation;
    if (requestBody === undefined) return undefined;
    if (!requestBody.required && rng.next() < 0.2) return undefined;
    const { content } = requestBody;
    const takesYaml = Object.keys(content).some((type) => type.endsWith('yaml'));
    const isWhole = isCall(one) && rng.next() >= PLAIN_CALL;
    let value = isWhole ? callBody(one, pools, rng) : valueOf(content['application/json']!.schema, rng);
    if (good) return bodyOf(value, takesYaml, rng);
    if (rng.next() < 0.3) return spoiltBody(value, takesYaml, rng);
    for (let n = 1 + rng.int(3); n > 0; n--) value = mutated(value, rng);
    return bodyOf(value, takesYaml, rng);
  }

  return {
    /** A request of an operation; the same generator makes the same, but for names that answers told of. */
    make(one: NamedOperation, rng: Rng): FuzzRequest {
      const good = rng.next() < GOOD;
      const spoils = (share: number): boolean => !good && rng.next() < share;
      const path = pathOf(one, rng);
      const search = searchOf(one, rng);
      const changedTo = spoils(0.2) ? changedPath(path, rng) : path;
      const query = spoils(0.25) ? changedSearch(search, rng) : search;
      const method = spoils(0.08) ? oneOf(rng, METHODS) : one.method;
      const body = bodyFor(one, good || rng.next() < 0.3, rng);
      return {
        name: one.name,
        method,
        target: query === '' ? changedTo : `${changedTo}?${query}`,
        headers: { ...headersOf(one, rng), ...body?.headers, ...(spoils(0.2) ? oddHeaders(rng) : {}) },
        body: body?.bytes,
        breaksOff: (body?.bytes.length ?? 0) > 1 && spoils(0.01),
        leaves: isCall(one) && rng.next() < LEAVES,
      };
    },
  };
}
