import { userInfo } from 'node:os';
import type { Actor } from '../schema/audit.js';
import type { Ledger } from '../store/ports/index.js';

/** Who runs this command, for the audit log. */
function actor(): Actor {
  let name: string;
  try {
    name = userInfo().username;
  } catch {
    // A user id without a name, as containers have.
    name = String(process.getuid?.() ?? 'unknown');
  }
  return { via: 'cli', key: null, name, address: null };
}

/** Puts what a command changed into the audit log. */
export async function audit(
  ledger: Pick<Ledger, 'audit'>,
  action: string,
  target: string,
  state: { before?: unknown; after?: unknown },
): Promise<void> {
  await ledger.audit.append({
    actor: actor(),
    action,
    target,
    before: state.before ?? null,
    after: state.after ?? null,
  });
}
