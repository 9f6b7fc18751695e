import type { Rng } from '../../base/rng.js';
import type { WrittenQuery } from '../types.js';
import { sentences } from './prose.js';
import { between, CITIES, COMPANIES, MONTHS, NAMES, pick, pickSome } from './words.js';

const TARGETS: readonly [difficulty: number, language: string][] = [
  [0.1, 'Spanish'],
  [0.12, 'French'],
  [0.15, 'German'],
  [0.15, 'Portuguese'],
  [0.25, 'Polish'],
  [0.3, 'Turkish'],
  [0.35, 'Japanese'],
  [0.42, 'Hungarian'],
  [0.48, 'Georgian'],
  [0.55, 'Yoruba'],
];

/** Rarer languages, longer and more formal texts are harder. */
export function writeTranslation(rng: Rng): WrittenQuery {
  const [base, language] = pick(rng, TARGETS);
  const count = between(rng, 1, 5);
  const register = pick(rng, ['plain', 'formal'] as const);
  const opening = pick(rng, [
    `Translate into ${language}:`,
    `How would a native speaker say this in ${language}?`,
    `Please translate the following text to ${language}, keeping its tone.`,
    `${language} translation, please:`,
  ]);
  return {
    text: `${opening} ${sentences(rng, count, register)}`,
    difficulty: base + 0.04 * count + (register === 'formal' ? 0.12 : 0),
  };
}

/** Longer documents and more conditions on the summary are harder. */
export function writeSummarization(rng: Rng): WrittenQuery {
  const count = between(rng, 3, 22);
  const register = pick(rng, ['plain', 'formal'] as const);
  const conditions = pickSome(
    rng,
    [
      'Keep every figure.',
      'Do not name any person.',
      'Write for a ten-year-old.',
      'Begin with the most surprising point.',
      'Name what is uncertain.',
      'Use at most forty words.',
    ],
    between(rng, 0, 3),
  );
  const opening = pick(rng, [
    'Summarize this text in two sentences.',
    'Give me the key points of the following.',
    'What is the gist of this report?',
    'Write a short abstract of the text below.',
  ]);
  return {
    text: `${[opening, ...conditions].join(' ')}\n\n${sentences(rng, count, register)}`,
    difficulty: 0.12 + 0.022 * count + 0.07 * conditions.length + (register === 'formal' ? 0.08 : 0),
  };
}

/** More fields to find, and more text to find them in, are harder. */
export function writeExtraction(rng: Rng): WrittenQuery {
  const fields = pickSome(
    rng,
    [
      'sender',
      'company',
      'city',
      'invoice number',
      'due date',
      'total',
      'tax rate',
      'contact phone',
      'purchase order',
      'number of items',
    ],
    between(rng, 2, 9),
  );
  const noise = between(rng, 0, 8);
  const facts = [
    `From: ${pick(rng, NAMES)}, ${pick(rng, COMPANIES)}, ${pick(rng, CITIES)}.`,
    `Invoice ${pick(rng, ['INV', 'RE', 'F'])}-${between(rng, 1000, 99999)} over ${between(rng, 1, 60)} items, ` +
      `total ${(between(rng, 1000, 990_000) / 100).toFixed(2)} EUR including ${pick(rng, [7, 10, 19, 21, 25])}% ` +
      'tax.',
    `Due on ${between(rng, 1, 28)} ${pick(rng, MONTHS)}. Order ` +
      `${between(rng, 100, 999)}-${between(rng, 10, 99)}; questions to +${between(rng, 10, 99)} ` +
      `${between(rng, 100, 999)} ${between(rng, 1000, 9999)}.`,
  ];
  const text = noise > 0 ? [facts[0], sentences(rng, noise, 'formal'), facts[1], facts[2]].join(' ') : facts.join(' ');
  const opening = pick(rng, [
    'Extract as JSON:',
    'Return a JSON object with the fields',
    'From the message below, pull out',
    'Fill in these fields (null where missing):',
  ]);
  return {
    text: `${opening} ${fields.join(', ')}.\n\n${text}`,
    difficulty: 0.1 + 0.055 * fields.length + 0.03 * noise,
  };
}
