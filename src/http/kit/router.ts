import { PointsmanError } from '../../base/errors.js';
import { describe } from '../../schema/parse.js';
import type { ErrorForm } from './error-form.js';
import type { Operation } from './operation.js';
import { problemForm } from './problem.js';

/** A path and what its methods do. */
export interface Endpoint {
  /** As OpenAPI writes it. */
  path: string;
  /** By method; `HEAD` is that of `GET`. */
  operations: ReadonlyMap<string, Operation>;
  /** The methods it takes, as in an `Allow` header. */
  allow: string;
  errorForm: ErrorForm;
}

/** An endpoint, and the texts of its path parameters as they stand in the path. */
export interface Match {
  endpoint: Endpoint;
  params: Readonly<Record<string, string>>;
}

type Segment = { literal: string } | { param: string; raw: boolean };

const NO_PARAMS: Match['params'] = {};

function segmentsOf(path: string, { params = {} }: Operation): Segment[] {
  return path
    .slice(1)
    .split('/')
    .map((text) => {
      const param = /^\{(\w+)\}$/.exec(text)?.[1];
      if (param === undefined) return { literal: text.toLowerCase() };
      if (params[param] === undefined) throw new Error(`${path}: expected a parameter ${param}, got none`);
      return { param, raw: params[param].raw === true };
    });
}

/** Sorts what names its segments before what takes any. */
function rankOf(segments: readonly Segment[]): string {
  return segments.map((segment) => ('literal' in segment ? '0' : segment.raw ? '2' : '1')).join('');
}

/** The parameters of a path, in parts, that fits; undefined for one that does not. */
function fit(segments: readonly Segment[], parts: readonly string[]): Match['params'] | undefined {
  const params: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const part = parts[i];
    if (part === undefined) return undefined;
    if ('literal' in segment) {
      if (part.toLowerCase() !== segment.literal) return undefined;
    } else if (segment.raw) {
      params[segment.param] = parts.slice(i).join('/');
      return params[segment.param] === '' ? undefined : params;
    } else {
      if (part === '') return undefined;
      params[segment.param] = part;
    }
  }
  // One slash at the end makes no difference.
  const rest = parts.length - segments.length;
  return rest === 0 || (rest === 1 && parts.at(-1) === '') ? params : undefined;
}

function endpointOf(path: string, operations: readonly Operation[]): Endpoint {
  const byMethod = new Map<string, Operation>(operations.map((one) => [one.method, one]));
  const get = byMethod.get('GET');
  const allow = [...byMethod.keys(), ...(get === undefined ? [] : ['HEAD']), 'OPTIONS'].join(', ');
  if (get !== undefined) byMethod.set('HEAD', get);
  return { path, operations: byMethod, allow, errorForm: operations[0]!.errorForm ?? problemForm };
}

/** Operations by their paths, aliases among them, in the order in which they are declared. */
export function byPath(operations: readonly Operation[]): Map<string, Operation[]> {
  const paths = new Map<string, Operation[]>();
  for (const one of operations)
    for (const path of [one.path, ...(one.aliases ?? [])]) paths.set(path, [...(paths.get(path) ?? []), one]);
  return paths;
}

/**
 * Finds the endpoint of a path, in upper or lower case, with or without a slash at the end. A path without parameters,
 * written as declared, costs one look into a map.
 */
export function createRouter(operations: readonly Operation[]): (path: string) => Match | undefined {
  const fixed = new Map<string, Match>();
  const patterns: { segments: Segment[]; endpoint: Endpoint }[] = [];
  for (const [path, own] of byPath(operations)) {
    const endpoint = endpointOf(path, own);
    if (path.includes('{')) patterns.push({ segments: segmentsOf(path, own[0]!), endpoint });
    else fixed.set(path, { endpoint, params: NO_PARAMS });
  }
  patterns.sort((a, b) => (rankOf(a.segments) < rankOf(b.segments) ? -1 : 1));

  return (path) => {
    const exact = fixed.get(path);
    if (exact !== undefined) return exact;
    const plain = path.toLowerCase();
    const found = fixed.get(plain.endsWith('/') ? plain.slice(0, -1) : plain);
    if (found !== undefined || !path.startsWith('/')) return found;
    const parts = path.slice(1).split('/');
    for (const { segments, endpoint } of patterns) {
      const params = fit(segments, parts);
      if (params !== undefined) return { endpoint, params };
    }
    return undefined;
  };
}

/** A path parameter's text with its percent-encodings decoded. Throws `invalid_request` for a wrong one. */
export function decodeParam(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    const issue = { field: '', expected: 'percent-encoded UTF-8', received: describe(text) };
    throw new PointsmanError('invalid_request', `The path: expected ${issue.expected}, got ${issue.received}`, {
      cause: error,
      issues: [issue],
    });
  }
}
