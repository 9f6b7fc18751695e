import { computed, signal } from '@preact/signals';
import { createPointsman, type Schemas } from '../../client/index.js';

const STORED = 'pointsman-key';

/** The key that is shown to the service; empty for none. */
const key = signal(sessionStorage.getItem(STORED) ?? localStorage.getItem(STORED) ?? '');

/**
 * The API, asked with the key of who is signed in. Nothing is asked again by itself: who waits for a page is told at
 * once.
 */
export const client = createPointsman({ baseUrl: location.origin, key: () => key.value || undefined, retries: 0 });

/** Who is signed in; null while that is not known. */
export const caller = signal<Schemas['CallerInfo'] | null>(null);

export type Scope = Schemas['Scope'];

/** Whether who is signed in may do something. */
export const may = (scope: Scope): boolean => caller.value?.scopes.includes(scope) ?? false;

/** Whether a key has to be shown before there is anything to see. */
export const isLocked = computed(() => caller.value !== null && !may('read'));

/** Whether the key that was shown is no longer good: it ended, or was revoked. */
export const hasEnded = signal(false);

/** The header that shows the key, for what is not asked by the client. */
export const authorization = (): Record<string, string> =>
  key.value === '' ? {} : { authorization: `Bearer ${key.value}` };

/** Forgets the key, here and where it was kept. */
function drop(): void {
  key.value = '';
  sessionStorage.removeItem(STORED);
  localStorage.removeItem(STORED);
}

async function ask(): Promise<Schemas['CallerInfo']> {
  const { data } = await client.GET('/v1/access');
  if (data === undefined) throw new Error('The service does not tell who asks');
  return data;
}

/**
 * Asks who the key makes one. A key that is not good, or may not read, is shown no more. Rejects where the service
 * does not answer.
 */
export async function readCaller(): Promise<void> {
  const shown = key.value;
  const found = await ask();
  // Somebody signed in or out meanwhile: what came is not of the key that is shown now.
  if (key.value !== shown) return;
  if (shown !== '' && !found.scopes.includes('read')) {
    drop();
    hasEnded.value = true;
  }
  caller.value = found;
}

let isAsking = false;
client.use({
  // A key that ends says nothing by itself: the first request that is refused for it tells.
  onResponse({ response }) {
    if (response.status !== 401 || isAsking || isLocked.value) return;
    isAsking = true;
    void readCaller()
      .catch(() => undefined)
      .finally(() => (isAsking = false));
  },
});

/** Shows another key; answers whether it may read. It is kept until the tab closes, or for good where `stay`. */
export async function signIn(text: string, stay: boolean): Promise<boolean> {
  drop();
  key.value = text.trim();
  try {
    const found = await ask();
    if (!found.scopes.includes('read')) {
      drop();
      return false;
    }
    (stay ? localStorage : sessionStorage).setItem(STORED, key.value);
    hasEnded.value = false;
    caller.value = found;
    return true;
  } catch (error) {
    drop();
    throw error;
  }
}

export async function signOut(): Promise<void> {
  drop();
  hasEnded.value = false;
  await readCaller();
}
