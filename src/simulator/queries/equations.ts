import type { Rng } from '../../base/rng.js';
import type { WrittenQuery } from '../types.js';
import { between, pick } from './words.js';

type Form = { difficulty: number; write: (rng: Rng, size: number) => string };

const signed = (value: number): string => (value < 0 ? `- ${-value}` : `+ ${value}`);
const nonzero = (rng: Rng, size: number): number => between(rng, 2, size) * (rng.next() < 0.5 ? -1 : 1);

const FORMS: readonly Form[] = [
  {
    difficulty: 0.15,
    write: (rng, size) =>
      `Solve for x: ${between(rng, 2, size)}x ${signed(nonzero(rng, size))} = ${nonzero(rng, size * 5)}`,
  },
  {
    difficulty: 0.3,
    write: (rng, size) =>
      `Solve for y: ${between(rng, 2, size)}(y ${signed(nonzero(rng, size))}) = ${between(rng, 2, size)}y ` +
      `${signed(nonzero(rng, size))}`,
  },
  {
    difficulty: 0.45,
    write: (rng, size) =>
      `Find all real roots of x^2 ${signed(nonzero(rng, size))}x ${signed(nonzero(rng, size * 3))} = 0.`,
  },
  {
    difficulty: 0.55,
    write: (rng, size) =>
      `Solve the system: ${between(rng, 2, size)}x ${signed(nonzero(rng, size))}y = ${nonzero(rng, size * 4)}; ` +
      `${between(rng, 2, size)}x ${signed(nonzero(rng, size))}y = ${nonzero(rng, size * 4)}`,
  },
  {
    difficulty: 0.65,
    write: (rng, size) =>
      `Compute the definite integral of ${between(rng, 2, size)}x^${between(rng, 2, 6)} ` +
      `${signed(nonzero(rng, size))}x from ${between(rng, 0, 3)} to ${between(rng, 4, 12)}.`,
  },
  {
    difficulty: 0.75,
    write: (rng, size) =>
      `Find every integer n with n ≡ ${between(rng, 1, 6)} (mod ${between(rng, 7, 11)}), n ≡ ` +
      `${between(rng, 1, 10)} (mod 13) and 0 < n < ${size * 60}.`,
  },
  {
    difficulty: 0.9,
    write: (rng, size) =>
      `Let f(x) = x^3 ${signed(nonzero(rng, size))}x^2 ${signed(nonzero(rng, size))}x ` +
      `${signed(nonzero(rng, size))}. Determine all local extrema, prove which are maxima, and find for which ` +
      'k the equation f(x) = k has three distinct real solutions.',
  },
];

/** From one-step equations to curve discussion; big coefficients add a little. */
export function writeEquation(rng: Rng): WrittenQuery {
  const form = pick(rng, FORMS);
  const size = pick(rng, [9, 25, 99, 400]);
  const ending = pick(rng, [
    '',
    ' Give the exact answer.',
    ' Show your work.',
    ' Answer with the number only.',
    ' Round to three decimals.',
  ]);
  return { text: form.write(rng, size) + ending, difficulty: form.difficulty + 0.03 * Math.log10(size) };
}
