import type { Rng } from '../../../src/base/rng.js';
import { fill, pick } from './fill.js';
import type { Synset } from './wordnet.js';

/** w: a word. d: what a word means. e: a sentence. */
const QUESTIONS = [
  'What is {w}?',
  'what is the meaning of {w}',
  'Who or what is described as {d}?',
  'What word means "{d}"?',
  'Which of these is {d}?',
  'Which term is used for {d}?',
  '«Where|When» would you find {w}?',
  'when was {w} invented',
  'who «discovered|invented|founded|wrote» {w}',
  'what «country|year|city|kind of animal|century» is {w} «from|in»',
  'How does {w} relate to {w}?',
  'Why is {w} important for {w}?',
  'Is {w} «bigger|older|heavier|more expensive|better» than {w}?',
  'What is the difference between {w} and {w}?',
  'Which of the following is an example of {w}? A. {w} B. {w} C. {w} D. {w}',
  'Which statement about {w} is true?\nA) {d}\nB) {d}\nC) {d}\nD) {d}',
  'Does "{w}" mean the same in both sentences? 1. {e} 2. {e}',
];

const INSTRUCTIONS = [
  'Write a «short story|poem|song|speech|letter|haiku» about {w} and {w}.',
  'Write an email to «my boss|a customer|a friend|my landlord» about {w}.',
  'Explain {w} to a child.',
  'Explain in «simple terms|detail|one paragraph» how {w} works.',
  'Summarize the following text: {e} {e} {d}.',
  'Summarize: {d}. {d}. {d}.',
  'Translate the following sentence into «French|German|Spanish|Chinese|Japanese»: {e}',
  'Rewrite this sentence «politely|in the passive voice|more formally|in the past tense»: {e}',
  'Is the sentiment of this sentence positive or negative? {e}',
  'Classify the following text by topic: {d}',
  'Give me «five|ten|three» «ideas|tips|reasons|examples» «for|about» {w}.',
  'List «five|ten|three» kinds of {w} and describe each.',
  'Correct the grammar: {e}',
  'Plan a «trip|lesson|party|budget» about {w} and {w}.',
  'You are an expert on {w}. Answer the question: what is {d}?',
  'Compare {w} with {w} and say which is better for {w}.',
  'Does the first sentence follow from the second? {e} {e}',
  'Which is the more plausible ending? {e} A. {e} B. {e}',
  'Passage: {e} {d}. {e} Question: what is {w}?',
  '{e} {e} According to the text, who or what is {d}?',
  '{w}, {w}, {w}',
];

/** Questions and instructions about words of WordNet, `count` of them. */
export function makeQuestions(
  synsets: readonly Synset[],
  examples: readonly string[],
  count: number,
  rng: Rng,
): string[] {
  const parts = {
    w: () => pick(pick(synsets, rng).words, rng),
    d: () => pick(synsets, rng).gloss.split(';')[0]!,
    e: () => pick(examples, rng),
  };
  return Array.from({ length: count }, (_, i) => fill(pick(i % 2 === 0 ? QUESTIONS : INSTRUCTIONS, rng), parts, rng));
}
