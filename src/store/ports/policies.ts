import type { PolicyBody } from '../../schema/policy.js';

/** The team's own policies. */
export interface PolicyStore {
  /** By name, in its order. */
  list(): Promise<Map<string, PolicyBody>>;
  /** Makes or replaces a policy; answers whether it is new. Throws `ledger_busy`. */
  put(name: string, body: PolicyBody): Promise<boolean>;
  /** Answers whether it was there. Throws `ledger_busy`. */
  delete(name: string): Promise<boolean>;
}
