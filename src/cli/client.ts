import { ERROR_CODES, PointsmanError, messageOf, type ErrorCode } from '../base/errors.js';

/** The API, of a running service or of a data folder. */
export interface Api {
  /** Calls an operation. Throws what its problem document says. */
  call(method: string, path: string, body?: unknown): Promise<Response>;
}

export async function callJson<T>(api: Api, method: string, path: string, body?: unknown): Promise<T> {
  return (await (await api.call(method, path, body)).json()) as T;
}

/** Holds the key that the service is shown. */
const KEY_VARIABLE = 'POINTSMAN_API_KEY';

/** The key of the environment; undefined where there is none. Throws `invalid_config` for what can't be sent. */
function shownKey(): string | undefined {
  const key = process.env[KEY_VARIABLE]?.trim();
  if (key !== undefined && !/^[\x21-\x7e]*$/.test(key))
    throw new PointsmanError('invalid_config', `${KEY_VARIABLE}: expected a key of visible ASCII characters`);
  return key === '' ? undefined : key;
}

/** The answer, where it is a good one; else throws what its problem document says. */
export async function orProblem(response: Response, what: string): Promise<Response> {
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as { code?: string; detail?: string };
  const code =
    problem.code !== undefined && Object.hasOwn(ERROR_CODES, problem.code) ? (problem.code as ErrorCode) : 'internal';
  const hint = code === 'unauthorized' ? `; ${KEY_VARIABLE} holds the key that is shown` : '';
  throw new PointsmanError(code, `${problem.detail ?? `${what}: HTTP ${response.status}`}${hint}`);
}

/** The API of a running service. Calls throw `queue_unavailable` where none answers. */
export function serviceApi(url: string): Api {
  return {
    async call(method, path, body) {
      const key = shownKey();
      let response: Response;
      try {
        response = await fetch(new URL(path, url), {
          method,
          headers: {
            ...(key !== undefined && { authorization: `Bearer ${key}` }),
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
      } catch (error) {
        const cause = error instanceof Error && error.cause !== undefined ? messageOf(error.cause) : messageOf(error);
        throw new PointsmanError(
          'queue_unavailable',
          `No service answers at ${url} (${cause}): \`pointsman start\` starts one, --url or POINTSMAN_URL says ` +
            'where it is, and --data DIR opens a data folder without one',
          { cause: error },
        );
      }
      return orProblem(response, `${method} ${path}`);
    },
  };
}
