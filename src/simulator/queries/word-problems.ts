import type { Rng } from '../../base/rng.js';
import type { WrittenQuery } from '../types.js';
import { between, NAMES, pick, pickSome, THINGS } from './words.js';

/** Stories of one to six steps; more steps and bigger numbers are harder. */
export function writeWordProblem(rng: Rng): WrittenQuery {
  const steps = between(rng, 1, 6);
  const digits = between(rng, 1, 4);
  const [hero, friend, other] = pickSome(rng, NAMES, 3) as [string, string, string];
  const things = pick(rng, THINGS);
  const amount = (): number => between(rng, 2, 10 ** digits);
  const events = [
    () => `${hero} buys ${between(rng, 2, 12)} boxes with ${amount()} ${things} in each.`,
    () => `${friend} gives ${hero} ${amount()} more.`,
    () =>
      `Then ${hero} gives ${pick(rng, ['a third', 'a quarter', 'half', `${between(rng, 5, 60)}%`])} of the ` +
      `${things} to ${other}.`,
    () =>
      `${hero} loses ${between(rng, 2, 9)} of them on the way to ` +
      `${pick(rng, ['school', 'the market', 'the station', 'a workshop'])}.`,
    () => `Every day for ${between(rng, 3, 6)} days, ${friend} uses up ${between(rng, 2, 4)} of ${hero}'s ${things}.`,
    () =>
      `${other} sells ${hero} ${amount()} ${things} at $${(between(rng, 5, 990) / 100).toFixed(2)} each, less ` +
      `a discount of ${between(rng, 5, 40)}%.`,
    () => `${hero} and ${friend} share what is left in the ratio ${between(rng, 2, 7)} to ${between(rng, 2, 9)}.`,
  ];
  const story = pickSome(rng, events, steps).map((event) => event());
  const question = pick(rng, [
    `How many ${things} does ${hero} have now?`,
    `How many ${things} are left in the end?`,
    `Work out how many ${things} ${hero} ends up with, and show each step.`,
  ]);
  return {
    text: [`${hero} starts with ${100 + amount()} ${things}.`, ...story, question].join(' '),
    difficulty: 0.08 + 0.11 * steps + 0.05 * digits,
  };
}
