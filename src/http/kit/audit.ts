import { PointsmanError } from '../../base/errors.js';
import { sha256 } from '../../base/hash.js';
import type { AuditEntry } from '../../schema/audit.js';
import { Reply } from './answer.js';
import type { Operation } from './operation.js';
import { pathOf } from './target.js';

/** Keeps an entry of what an administrator changed; resolves once it is kept, or where the request has failed. */
export type KeepChange = (entry: Omit<AuditEntry, 'id' | 'at'>, hasFailed: boolean) => Promise<void>;

type Run = Operation['run'];
type Input = Parameters<Run>[0];

/** Longest state that is kept whole, in characters of its JSON. */
const MAX_STATE_CHARS = 20_000;
/** The same of one field, where the whole is longer. */
const MAX_FIELD_CHARS = 500;

/** The value that an operation answered; null where it is none. */
function valueOf(answer: Awaited<ReturnType<Run>>): unknown {
  if (!(answer instanceof Reply))
    return typeof answer === 'string' ? (JSON.parse(answer) as unknown) : (answer ?? null);
  return answer.content.kind === 'value' ? answer.content.value : null;
}

/** A state without what is left out; of a long one, the size and hash of what is long in it. */
function kept(value: unknown, unaudited: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.entries(value).filter(([name]) => !unaudited.includes(name));
  const isShort = JSON.stringify(Object.fromEntries(known)).length <= MAX_STATE_CHARS;
  return Object.fromEntries(known.map(([name, field]) => [name, isShort ? field : shortened(field)]));
}

function shortened(field: unknown): unknown {
  const text = JSON.stringify(field) ?? 'null';
  return text.length <= MAX_FIELD_CHARS ? field : { characters: text.length, sha256: sha256(text) };
}

/** The state that an operation changes, read as `GET` of its path reads it; null where that is not there. */
const readBy =
  (reader: Operation) =>
  async (input: Input): Promise<unknown> => {
    try {
      return valueOf(await reader.run({ ...input, query: reader.query?.parse({}) ?? {}, body: undefined }));
    } catch (error) {
      if (error instanceof PointsmanError && error.status === 404) return null;
      throw error;
    }
  };

const codeOf = (error: unknown): string => (error instanceof PointsmanError ? error.code : 'internal');

/**
 * The operations, with those of scope `admin` that change something putting each change into the audit log before they
 * are answered: the state before and after; of a `POST` without one, what was asked and answered.
 */
export function audited(operations: readonly Operation[], keep: KeepChange): Operation[] {
  const readers = new Map(operations.filter(({ method }) => method === 'GET').map((one) => [one.path, one]));
  return operations.map((operation) => {
    const { method, path, scope, unaudited = [] } = operation;
    if (scope !== 'admin' || method === 'GET') return operation;
    const reader = method === 'POST' ? undefined : readers.get(path);
    const state = operation.state ?? (reader === undefined ? undefined : readBy(reader));
    const run: Run = async (input) => {
      const { caller, request, body } = input;
      const before = kept((await state?.(input)) ?? null, unaudited);
      const address = request.socket.remoteAddress ?? null;
      const change = {
        actor: { via: 'http', key: caller.key, name: caller.name, address } as const,
        action: `${method} ${path}`,
        target: pathOf(request),
        before,
      };
      const asked = kept(body ?? null, unaudited);
      let answer: Awaited<ReturnType<Run>>;
      try {
        answer = await operation.run(input);
      } catch (error) {
        // It may have come half of the way.
        if (!(error instanceof PointsmanError) || error.status >= 500)
          await keep({ ...change, after: { request: asked, failed: codeOf(error) } }, true);
        throw error;
      }
      const after =
        state === undefined
          ? { request: asked, answer: kept(valueOf(answer), unaudited) }
          : (kept(await state(input), unaudited) ?? null);
      await keep({ ...change, after }, false);
      return answer;
    };
    return { ...operation, run };
  });
}
