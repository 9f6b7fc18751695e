import type { Schemas } from '../../client/index.js';

/** What is wrong with one field. */
export type Issue = NonNullable<Schemas['Problem']['issues']>[number];

/** Why the service refused, or did not answer. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  /** What is wrong with which field; none where it is no field's. */
  readonly issues: readonly Issue[];

  constructor(code: string, status: number, message: string, issues: readonly Issue[] = []) {
    super(message);
    this.code = code;
    this.status = status;
    this.issues = issues;
  }
}

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function problemOf(error: unknown, { status, statusText }: Response): Problem {
  const { code, detail, title, issues } = (typeof error === 'object' && error !== null ? error : {}) as Record<
    string,
    unknown
  >;
  const text = [detail, title, statusText].find((one) => typeof one === 'string' && one !== '');
  const listed = Array.isArray(issues) ? (issues as Issue[]) : [];
  return new Problem(
    typeof code === 'string' ? code : `http_${status}`,
    status,
    String(text ?? `Status ${status}`),
    listed,
  );
}

/** What was answered. Rejects with a {@link Problem}. */
export async function answered<T>(request: Promise<Answered<T>>): Promise<T> {
  let result: Answered<T>;
  try {
    result = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem('unreachable', 0, 'The service does not answer. Is it running?');
  }
  if (!result.response.ok) throw problemOf(result.error, result.response);
  return result.data as T;
}

/** What went wrong, whatever was thrown. */
export const problemFrom = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem('unexpected', 0, String(error));
