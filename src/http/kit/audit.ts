import { PointsmanError } from '../../base/errors.js';
import type { AuditEntry } from '../../schema/audit.js';
import { Reply } from './answer.js';
import type { Operation } from './operation.js';
import { pathOf } from './target.js';

/** Keeps an entry of what an administrator changed; resolves once it is kept. */
export type KeepChange = (entry: Omit<AuditEntry, 'id' | 'at'>) => Promise<void>;

type Run = Operation['run'];
type Input = Parameters<Run>[0];

/** Longest state that is kept whole, in characters of its JSON. */
const MAX_STATE_CHARS = 20_000;

/** The value that an operation answered; null where it is none. */
function valueOf(answer: Awaited<ReturnType<Run>>): unknown {
  if (!(answer instanceof Reply))
    return typeof answer === 'string' ? (JSON.parse(answer) as unknown) : (answer ?? null);
  return answer.content.kind === 'value' ? answer.content.value : null;
}

/** A state without what is left out, and short enough to be kept. */
function kept(value: unknown, unaudited: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const known = Object.fromEntries(Object.entries(value).filter(([name]) => !unaudited.includes(name)));
  const { length } = JSON.stringify(known);
  return length <= MAX_STATE_CHARS ? known : { characters: length };
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
      const before = (await state?.(input)) ?? null;
      const answer = await operation.run(input);
      const { caller, request, body } = input;
      const after =
        state === undefined
          ? { request: kept(body ?? null, unaudited), answer: kept(valueOf(answer), unaudited) }
          : kept(await state(input), unaudited);
      await keep({
        actor: { via: 'http', key: caller.key, name: caller.name, address: request.socket.remoteAddress ?? null },
        action: `${method} ${path}`,
        target: pathOf(request),
        before: kept(before, unaudited),
        after: after ?? null,
      });
      return answer;
    };
    return { ...operation, run };
  });
}
