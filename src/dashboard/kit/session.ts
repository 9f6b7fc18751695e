import { computed, signal } from '@preact/signals';
import { createPointsman, type Schemas } from '../../client/index.js';

const STORED = 'pointsman-key';

/** The key that is shown to the service; empty for none. */
const key = signal(sessionStorage.getItem(STORED) ?? localStorage.getItem(STORED) ?? '');

/** The API, asked with the key of who is signed in. */
export const client = createPointsman({ baseUrl: location.origin, key: () => key.value || undefined });

/** Who is signed in; null while that is not known. */
export const caller = signal<Schemas['CallerInfo'] | null>(null);

export type Scope = Schemas['Scope'];

/** Whether who is signed in may do something. */
export const may = (scope: Scope): boolean => caller.value?.scopes.includes(scope) ?? false;

/** Whether a key has to be shown before there is anything to see. */
export const isLocked = computed(() => caller.value !== null && !may('read'));

/** The header that shows the key, for what is not asked by the client. */
export const authorization = (): Record<string, string> =>
  key.value === '' ? {} : { authorization: `Bearer ${key.value}` };

/** Asks who the key makes one. Rejects where the service does not answer. */
export async function readCaller(): Promise<void> {
  const { data } = await client.GET('/v1/access');
  if (data === undefined) throw new Error('The service does not tell who asks');
  caller.value = data;
}

/** Shows another key; answers whether it may read. It is kept until the tab closes, or for good where `stay`. */
export async function signIn(text: string, stay: boolean): Promise<boolean> {
  key.value = text.trim();
  await readCaller();
  if (!may('read')) return false;
  (stay ? localStorage : sessionStorage).setItem(STORED, key.value);
  return true;
}

export async function signOut(): Promise<void> {
  key.value = '';
  sessionStorage.removeItem(STORED);
  localStorage.removeItem(STORED);
  await readCaller();
}
