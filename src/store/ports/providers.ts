import type { Provider } from '../../schema/provider.js';

/** Where LLMs can be called. */
export interface ProviderStore {
  /** By name. */
  list(): Promise<Provider[]>;
  /** Makes or replaces a provider; answers whether it is new. Throws `ledger_busy`. */
  put(provider: Provider): Promise<boolean>;
  /** Answers whether it was there. Throws `ledger_busy`. */
  delete(name: string): Promise<boolean>;
}
