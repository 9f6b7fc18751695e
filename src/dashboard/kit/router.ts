import { signal } from '@preact/signals';

/** Where one is: `#/models/x?task=y` is the parts `models`, `x` and the search `task=y`. */
export interface Place {
  parts: readonly string[];
  search: URLSearchParams;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function placeOf(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  return { parts: path.split('/').filter(Boolean).map(decoded), search: new URLSearchParams(search) };
}

/** Where one is now. */
export const place = signal(placeOf(location.hash));

addEventListener('hashchange', () => (place.value = placeOf(location.hash)));

/** The address of a page. */
export function hrefTo(parts: readonly string[], search: Readonly<Record<string, string | undefined>> = {}): string {
  const query = new URLSearchParams(
    Object.entries(search).flatMap(([k, v]) => (v === undefined || v === '' ? [] : [[k, v]])),
  );
  const path = parts.map((part) => encodeURIComponent(part)).join('/');
  return `#/${path}${query.size > 0 ? `?${query}` : ''}`;
}

/** Sets what the page is told by in its address, without a step back in history. */
export function setSearch(search: Readonly<Record<string, string | undefined>>): void {
  const { parts, search: before } = place.value;
  history.replaceState(null, '', hrefTo(parts, { ...Object.fromEntries(before), ...search }));
  place.value = placeOf(location.hash);
}
