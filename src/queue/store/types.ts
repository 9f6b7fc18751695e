import type { BackendFactory, IQueueBackend } from 'bullmq';

/** Where jobs are kept. BullMQ does the rest: a store only opens connections and says where it is. */
export interface Store {
  readonly name: 'redis' | 'postgres' | 'embedded';
  /** For messages, such as `127.0.0.1:6379`; never holds a password. */
  readonly place: string;
  /** Builds BullMQ's backend with this store's own connection, whatever `connection` the options hold. */
  readonly backend: BackendFactory<IQueueBackend, string>;
  /** Throws the driver's own error when the store can't be reached. */
  probe(): Promise<void>;
  /** Frees what the store itself holds; connections are closed by those who opened them through `backend`. */
  close(): Promise<void>;
}
