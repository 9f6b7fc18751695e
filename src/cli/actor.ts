import { userInfo } from 'node:os';
import type { Actor } from '../schema/audit.js';
import type { Ledger } from '../store/ports/index.js';

/** Who runs this command, for the audit log. */
export function actor(): Actor {
  let name: string;
  try {
    name = userInfo().username;
  } catch {
    // A user id without a name, as containers have.
    name = String(process.getuid?.() ?? 'unknown');
  }
  return { via: 'cli', key: null, name, address: null };
}

/** What a command changes: as people would name it over HTTP. */
interface Change {
  /** The command. */
  action: string;
  /** A path of the API. */
  target: string;
  /** The state that is kept, before and after; undefined where there is none. */
  state(): Promise<unknown>;
}

/** Changes something, and puts that into the audit log. */
export async function audited<T>(
  { audit }: Pick<Ledger, 'audit'>,
  { action, target, state }: Change,
  change: () => Promise<T>,
): Promise<T> {
  const before = (await state()) ?? null;
  const answer = await change();
  await audit.append({ actor: actor(), action, target, before, after: (await state()) ?? null });
  return answer;
}

/** Puts what a command did into the audit log, where it has no state before. */
export const auditDone = ({ audit }: Pick<Ledger, 'audit'>, action: string, target: string, after: unknown) =>
  audit.append({ actor: actor(), action, target, before: null, after });
