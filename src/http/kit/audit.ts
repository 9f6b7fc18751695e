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

/** What a reading operation says of what `input` names; null where it says nothing. */
async function stateOf(reader: Operation | undefined, input: Input): Promise<unknown> {
  if (reader === undefined) return null;
  try {
    return valueOf(await reader.run({ ...input, query: reader.query?.parse({}) ?? {}, body: undefined }));
  } catch {
    return null;
  }
}

/**
 * The operations, with those of scope `admin` that change something putting each change into the audit log before they
 * are answered: what `GET` of the same path, or of the one that `auditedBy` names, says before and after; of others,
 * what was asked and answered.
 */
export function audited(operations: readonly Operation[], keep: KeepChange): Operation[] {
  const readers = new Map(operations.filter(({ method }) => method === 'GET').map((one) => [one.path, one]));
  return operations.map((operation) => {
    const { method, path, scope, auditedBy = method === 'POST' ? undefined : path, unaudited = [] } = operation;
    if (scope !== 'admin' || method === 'GET') return operation;
    const reader = auditedBy === undefined ? undefined : readers.get(auditedBy);
    const run: Run = async (input) => {
      const before = await stateOf(reader, input);
      const answer = await operation.run(input);
      const { caller, request, body } = input;
      const after =
        reader === undefined
          ? { request: kept(body ?? null, unaudited), answer: kept(valueOf(answer), unaudited) }
          : kept(await stateOf(reader, input), unaudited);
      await keep({
        actor: { via: 'http', key: caller.key, name: caller.name, address: request.socket.remoteAddress ?? null },
        action: `${method} ${path}`,
        target: pathOf(request),
        before: kept(before, unaudited),
        after,
      });
      return answer;
    };
    return { ...operation, run };
  });
}
