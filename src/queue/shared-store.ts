import type { Store } from './store/types.js';

/** One store for several queues: it is closed once each of them has closed it. */
export function sharedStore(store: Store, users: number): Store {
  let left = users;
  return {
    ...store,
    close: async () => {
      if (--left === 0) await store.close();
    },
  };
}
