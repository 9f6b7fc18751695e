import type { Rng } from '../../src/base/rng.js';
import { NASTY_TEXTS, oneOf } from './nasty.js';

const ODD_SEGMENTS = [
  '..',
  '.',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%5c..%5c',
  '%00',
  '%zz',
  '%',
  '%c3%28',
  '%ff',
  '%u0041',
  '%25%32%65',
  '',
  '*',
  'a;b=c',
  'constructor',
  '__proto__',
  '%F0%9F%99%82',
  'x'.repeat(5000),
];

/** A text as a part of a target: percent-encoded, as far as that can be. */
export function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Ways to have a path that is not quite the one. */
const PATH_CHANGES: readonly ((path: string, rng: Rng) => string)[] = [
  (path) => `${path}/`,
  (path) => path.toUpperCase(),
  (path) => path.replace('/', '//'),
  (path) => `http://elsewhere.example${path}`,
  (path, rng) => `${path}/${oneOf(rng, ODD_SEGMENTS)}`,
  (path, rng) => path.replace(/[^/]*$/, oneOf(rng, ODD_SEGMENTS)),
  (path, rng) => `/${oneOf(rng, ODD_SEGMENTS)}${path}`,
  (path) => path.slice(0, -1),
  (path) => `${path}%20`,
  (path) => `${path}#part`,
  () => '*',
];

export function changedPath(path: string, rng: Rng): string {
  // Node refuses to send an empty path or one with blanks.
  return oneOf(rng, PATH_CHANGES)(path, rng) || '/';
}

const SEARCH_CHANGES: readonly ((search: string, rng: Rng) => string)[] = [
  (search) => `${search}&${search}`,
  (search) => (search === '' ? '' : `${search}&${search}`.repeat(200)),
  (search, rng) => `${search}&nobody=${encoded(oneOf(rng, NASTY_TEXTS))}`.slice(0, 9000),
  (search) => search.replace(/=[^&]*/, '='),
  (search) => search.replace('=', ''),
  (search) => search.replace(/=([^&]*)/, '[]=$1'),
  (search) => search.replace(/=([^&]*)/, '[a][b]=$1'),
  (search, rng) => search.replace(/=[^&]*/, `=${encoded(oneOf(rng, NASTY_TEXTS)).slice(0, 9000)}`),
  (search) => `${search}&%zz=%ff`,
  () => '&&&==&',
  () => '?',
  (search) => `__proto__=1&constructor=2&${search}`,
];

export function changedSearch(search: string, rng: Rng): string {
  return oneOf(rng, SEARCH_CHANGES)(search, rng);
}
