import { z } from 'zod';
import { Fraction } from './fraction.js';

/** What a value of a metric says of quality. */
export const MetricMeaning = z
  .strictObject({
    range: z
      .tuple([z.number().min(-1e9).max(1e9), z.number().min(-1e9).max(1e9)])
      .refine(([worst, best]) => worst !== best, 'expected two numbers that differ')
      .describe('The worst value and the best, which may be the smaller: `[1, 0]` of an error rate'),
    weight: Fraction.default(1).describe('How far it tells of quality beside a public benchmark; 0 for not at all'),
  })
  .meta({ id: 'MetricMeaning' });
export type MetricMeaning = z.infer<typeof MetricMeaning>;

/** What the metrics of declared profiles mean, beside those that are known. */
export const MetricSettings = z
  .strictObject({
    metrics: z
      .record(z.string().min(1).max(100), MetricMeaning)
      .default({})
      .describe('By name, capitals and punctuation not counting; they go before those that are known'),
  })
  .meta({ id: 'MetricSettings', description: 'What the metrics of declared profiles mean' });
export type MetricSettings = z.infer<typeof MetricSettings>;

export const DEFAULT_METRICS: MetricSettings = { metrics: {} };

const share = (weight: number): MetricMeaning => ({ range: [0, 1], weight });
const lost = (weight: number): MetricMeaning => ({ range: [1, 0], weight });

/** Known metrics, by words that a name has in it; of those that fit, the one of most words, then the first. */
const KNOWN: Readonly<Record<string, MetricMeaning>> = {
  // What is no quality, though it may be called a rate or a score.
  'tokens per sec': share(0),
  'tokens per second': share(0),
  throughput: share(0),
  // What a profile with learned values says of its scores.
  'learned low': share(0),
  'learned high': share(0),
  'learned answers': share(0),
  latency: share(0),
  ttft: share(0),
  cost: share(0),
  price: share(0),
  perplexity: share(0),
  accuracy: share(1),
  acc: share(1),
  'exact match': share(1),
  'pass rate': share(1),
  pass: share(1),
  'success rate': share(1),
  'resolved rate': share(1),
  'error rate': lost(1),
  wer: lost(1),
  'hallucination rate': lost(0.8),
  'refusal rate': lost(0.3),
  toxicity: lost(0.3),
  'win rate': share(0.8),
  'approval rate': share(0.8),
  'thumbs up rate': share(0.8),
  f1: share(0.9),
  comet: share(0.8),
  rouge: share(0.6),
  bleu: share(0.6),
  chrf: share(0.6),
  meteor: share(0.6),
  bertscore: share(0.4),
  'mt bench': { range: [1, 10], weight: 0.8 },
  elo: { range: [800, 1500], weight: 0.8 },
  csat: { range: [1, 5], weight: 0.7 },
  rating: { range: [1, 5], weight: 0.7 },
  nps: { range: [-100, 100], weight: 0.5 },
  judge: share(0.7),
  score: share(0.7),
  quality: share(1),
};

const wordsOf = (name: string): string[] => name.toLowerCase().split(/[^\p{L}\p{N}]+/u);
const KNOWN_WORDS = Object.entries(KNOWN)
  .map(([name, meaning]) => ({ words: wordsOf(name), meaning }))
  .toSorted((a, b) => b.words.length - a.words.length);

/** What a metric means by a team's table, else by the known ones; undefined where neither has it. */
export function meaningOf(metric: string, { metrics }: MetricSettings): MetricMeaning | undefined {
  const words = wordsOf(metric);
  const id = words.join('');
  const own = Object.entries(metrics).find(([name]) => wordsOf(name).join('') === id)?.[1];
  return own ?? KNOWN_WORDS.find((known) => known.words.every((word) => words.includes(word)))?.meaning;
}

/** Grades end here: of a share, what is above is in percent, and what is not but above 1 may be a grade. */
const MOST_GRADE = 10;

/**
 * A value of a metric in [0, 1]; undefined where nobody can tell what it means: 8.5 of a share is a grade or a
 * percentage, until a team says its range.
 */
export function qualityOf(value: number, { range: [worst, best] }: MetricMeaning): number | undefined {
  const isShare = Math.min(worst, best) === 0 && Math.max(worst, best) === 1;
  if (isShare && value > 1 && value <= MOST_GRADE) return undefined;
  const asShare = isShare && value > 1 ? value / 100 : value;
  return Math.min(1, Math.max(0, (asShare - worst) / (best - worst)));
}
