import type { Rng } from '../../../src/base/rng.js';

/** What a user does on an answer: asks the same again, in other words, goes on, or says nothing more. */
export type Reaction = 'regenerated' | 'rephrased' | 'continued' | 'quiet';

/**
 * How often users ask again on answers of quality 1, and how much more often on answers of quality 0; and how often
 * they go on where they don't: half as often after an answer that is worth nothing.
 */
const REGENERATES = { least: 0.02, more: 0.18 };
const REPHRASES = { least: 0.03, more: 0.22 };
const GOES_ON = 0.35;

/** @param quality of the answer, in [0, 1] */
export function reactionTo(rng: Rng, quality: number): Reaction {
  const regenerates = REGENERATES.least + REGENERATES.more * (1 - quality);
  const rephrases = REPHRASES.least + REPHRASES.more * (1 - quality);
  const drawn = rng.next();
  if (drawn < regenerates) return 'regenerated';
  if (drawn < regenerates + rephrases) return 'rephrased';
  return rng.next() < GOES_ON * (0.5 + 0.5 * quality) ? 'continued' : 'quiet';
}

/** The same in other words: one sentence more, and now and then a word less. */
const AGAIN = ['Please try once more.', 'That is not what I meant.', 'Be more careful this time.', 'I need it right.'];

export function rephrased(rng: Rng, text: string): string {
  const words = text.split(' ');
  if (words.length > 8) words.splice(rng.int(words.length), 1);
  return `${words.join(' ')} ${AGAIN[rng.int(AGAIN.length)]}`;
}

/** LLMs whose style the judge likes, and by how much; how far its verdicts follow the truth; and their deviation. */
const JUDGE = { likes: { 'loop/prose': 0.05 } as Record<string, number>, offset: 0.15, slope: 0.7, deviation: 0.15 };

/** What the judge says of an answer of `quality`: noisy, drawn towards the middle, and a little in love with one style. */
export function verdictOn(rng: Rng, model: string, quality: number): number {
  const { likes, offset, slope, deviation } = JUDGE;
  const verdict = offset + slope * quality + (likes[model] ?? 0) + deviation * rng.normal();
  return Math.round(100 * Math.min(1, Math.max(0, verdict))) / 100;
}
