import type { Rng } from '../../src/base/rng.js';

/** One of several. */
export function oneOf<T>(rng: Rng, values: readonly T[]): T {
  return values[rng.int(values.length)] as T;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

const LONG = 'x'.repeat(70_000);

/** Texts that programs stumble over. */
export const NASTY_TEXTS: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\u001b[31m',
  '\r\nX-Injected: yes',
  '\ud800',
  '\udfff\ud800',
  '\ufeffbom',
  '\u202eright to left',
  'e\u0301\u0301\u0301',
  '👩‍👩‍👧‍👦',
  '名前',
  'ﬀ İ ı ß',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  "'; DROP TABLE queries; --",
  '%s%n%x',
  '../../../../etc/passwd',
  '${7*7}',
  '<script>alert(1)</script>',
  'null',
  'NaN',
  '-1',
  '1e999',
  '0x10',
  'true',
  '2026-02-30',
  '2026-02-30T25:61:61Z',
  'x'.repeat(201),
  LONG,
];

/** Numbers at and beyond the ends of what there is. */
export const NASTY_NUMBERS: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.5,
  1e-320,
  -1e-320,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  2 ** 63,
  1.5,
  Number.MAX_SAFE_INTEGER,
];

/** Values of each type, to put where another is expected. */
export function nastyValue(rng: Rng): unknown {
  return oneOf<() => unknown>(rng, [
    () => oneOf(rng, NASTY_TEXTS),
    () => oneOf(rng, NASTY_NUMBERS),
    () => null,
    () => rng.next() < 0.5,
    () => [],
    () => ({}),
    () => [null],
    () => nested(oneOf(rng, [3, 50, 400])),
    () => ({ [oneOf(rng, NASTY_TEXTS)]: oneOf(rng, NASTY_NUMBERS) }),
    () => Array.from({ length: 2000 }, (_, i) => i),
  ])();
}
