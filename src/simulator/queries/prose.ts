import type { Rng } from '../../base/rng.js';
import { between, CITIES, COMPANIES, MONTHS, NAMES, pick } from './words.js';

const PLAIN: readonly ((rng: Rng) => string)[] = [
  (rng) => `${pick(rng, NAMES)} moved to ${pick(rng, CITIES)} in ${pick(rng, MONTHS)}.`,
  (rng) => `The train from ${pick(rng, CITIES)} was ${between(rng, 5, 90)} minutes late again.`,
  (rng) => `${pick(rng, NAMES)} asked whether the shop would open before ${between(rng, 7, 11)} o'clock.`,
  (rng) => `It rained in ${pick(rng, CITIES)} for ${between(rng, 2, 20)} days without a break.`,
  (rng) => `My neighbour ${pick(rng, NAMES)} keeps ${between(rng, 2, 12)} hens behind the house.`,
  (rng) => `We will meet ${pick(rng, NAMES)} at the harbour on ${between(rng, 1, 28)} ${pick(rng, MONTHS)}.`,
];

const FORMAL: readonly ((rng: Rng) => string)[] = [
  (rng) =>
    `${pick(rng, COMPANIES)} reported revenue of ${between(rng, 12, 980)} million euros, ` +
    `${between(rng, 1, 30)}% more than a year before.`,
  (rng) =>
    `Notwithstanding the delay, ${pick(rng, COMPANIES)} intends to complete the site in ${pick(rng, CITIES)} ` +
    `by ${pick(rng, MONTHS)}.`,
  (rng) =>
    `According to ${pick(rng, NAMES)}, who led the inquiry, the ` +
    `${pick(rng, ['valve', 'sensor', 'contract', 'audit trail', 'turbine blade'])} had been inspected only ` +
    `${between(rng, 2, 5)} times.`,
  (rng) =>
    `The council of ${pick(rng, CITIES)} postponed its vote, since ${between(rng, 3, 40)} objections were ` +
    'still unanswered.',
  (rng) =>
    `Analysts at ${pick(rng, COMPANIES)} caution that margins may erode should energy prices rise by another ` +
    `${between(rng, 3, 25)}%.`,
  (rng) =>
    `The indemnity in clause ${between(rng, 2, 40)} lapses unless ${pick(rng, COMPANIES)} gives notice within ` +
    `${between(rng, 10, 90)} days.`,
  (rng) =>
    `A pilot in ${pick(rng, CITIES)} cut waiting times by ${between(rng, 5, 60)}%, though ${pick(rng, NAMES)} ` +
    'doubts that the effect will last.',
];

/** `count` sentences about invented people and companies. */
export function sentences(rng: Rng, count: number, register: 'plain' | 'formal'): string {
  return Array.from({ length: count }, () => pick(rng, register === 'plain' ? PLAIN : FORMAL)(rng)).join(' ');
}
