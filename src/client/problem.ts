import type { Schemas } from './schemas.js';

/** What was wrong with one field of a request. */
export type FieldIssue = NonNullable<Schemas['Problem']['issues']>[number];

/** What is known of a request that failed. */
interface Failure {
  status: number;
  code: string;
  title: string;
  detail: string;
  issues?: readonly FieldIssue[];
  retryAfterS?: number | undefined;
  cause?: unknown;
}

/** Most of a body that is no problem document which an error shows, in characters. */
const SHOWN_CHARS = 200;

/**
 * A request that failed: what the service said of it, as RFC 9457 has it. Where no answer came, `status` is 0 and
 * `code` is `unreachable` or `timeout`; where something between said no, as a proxy may, `code` is `http_` and the
 * status.
 */
export class PointsmanProblem extends Error {
  /** Status of the answer; 0 where none came. */
  readonly status: number;
  /** Stable; what a program should look at. */
  readonly code: string;
  readonly title: string;
  /** What was wrong this time. */
  readonly detail: string;
  /** What was wrong with which field; empty where it was something else. */
  readonly issues: readonly FieldIssue[];
  /** Seconds after which to ask again, where the service says so. */
  readonly retryAfterS: number | undefined;

  constructor({ status, code, title, detail, issues = [], retryAfterS, cause }: Failure) {
    super(detail, { cause });
    this.name = 'PointsmanProblem';
    this.status = status;
    this.code = code;
    this.title = title;
    this.detail = detail;
    this.issues = issues;
    this.retryAfterS = retryAfterS;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const textOr = (value: unknown, other: string): string => (typeof value === 'string' ? value : other);

/** Seconds that `Retry-After` says: a number, or a date. */
export function retryAfterOf(headers: Headers, now = Date.now()): number | undefined {
  const said = headers.get('retry-after')?.trim();
  if (!said) return undefined;
  const seconds = /^\d+$/.test(said) ? Number(said) : (Date.parse(said) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** What an answer that is none of success says: a problem document, an error of OpenAI's form, or any other text. */
export function problemOf({ status, statusText, headers }: Response, body: unknown): PointsmanProblem {
  const retryAfterS = retryAfterOf(headers);
  const known = isObject(body) ? body : {};
  const { code, detail, title, issues } = known;
  if (typeof code === 'string')
    return new PointsmanProblem({
      status,
      code,
      title: textOr(title, code),
      detail: textOr(detail, code),
      issues: Array.isArray(issues) ? (issues as FieldIssue[]) : [],
      retryAfterS,
    });
  const { error } = known;
  const other = `http_${status}`;
  if (isObject(error))
    return new PointsmanProblem({
      status,
      code: textOr(error['code'], textOr(error['type'], other)),
      title: textOr(error['type'], other),
      detail: textOr(error['message'], other),
      retryAfterS,
    });
  const shown = typeof body === 'string' ? body.trim().slice(0, SHOWN_CHARS) : '';
  return new PointsmanProblem({
    status,
    code: other,
    title: statusText || other,
    detail: `expected an answer of Pointsman, got ${status} ${shown || statusText}`.trimEnd(),
    retryAfterS,
  });
}

const noAnswer = (code: 'timeout' | 'unreachable', detail: string, cause?: unknown): PointsmanProblem =>
  new PointsmanProblem({ status: 0, code, title: 'No answer', detail, cause });

/** That no answer came in time. */
export const timedOut = (url: string, ms: number): PointsmanProblem =>
  noAnswer('timeout', `no answer from ${url} within ${ms} ms`);

/** What a request that had no answer is thrown as. What its caller aborted it with is thrown as it is. */
export const unanswered = (thrown: unknown, url: string): unknown =>
  // `fetch` has no other way of saying that the network failed.
  thrown instanceof TypeError ? noAnswer('unreachable', `no answer from ${url}: ${thrown.message}`, thrown) : thrown;
