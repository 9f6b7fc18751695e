import { ERROR_CODES, PointsmanError, messageOf, type ErrorCode } from '../base/errors.js';

/** Options of commands that call the running service. */
export interface ServiceSettings {
  url: string;
}

/** Calls the running service, and turns its problem documents back into errors. */
export async function call(url: string, method: string, path: string, body?: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(new URL(path, url), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
    throw new PointsmanError(
      'queue_unavailable',
      `No service answers at ${url} (${cause}): \`pointsman start\` starts one, --url or POINTSMAN_URL says ` +
        'where it is',
      { cause: error },
    );
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  const code =
    problem.code !== undefined && Object.hasOwn(ERROR_CODES, problem.code) ? (problem.code as ErrorCode) : 'internal';
  throw new PointsmanError(code, problem.detail ?? `${method} ${path}: HTTP ${response.status}`);
}

export async function callJson<T>(url: string, method: string, path: string, body?: unknown): Promise<T> {
  return (await (await call(url, method, path, body)).json()) as T;
}
