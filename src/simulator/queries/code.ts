import type { Rng } from '../../base/rng.js';
import type { WrittenQuery } from '../types.js';
import { between, pick, pickSome } from './words.js';

const LANGUAGES = ['Python', 'TypeScript', 'Go', 'Rust', 'Java', 'C++', 'Kotlin', 'Ruby'] as const;

const JOBS: readonly [difficulty: number, job: string][] = [
  [0.12, 'reverses the words of a sentence'],
  [0.12, 'counts the vowels in a string'],
  [0.15, 'returns the largest value in a list'],
  [0.18, 'checks whether a string is a palindrome'],
  [0.22, 'merges two sorted lists'],
  [0.25, 'groups a list of words that are anagrams of each other'],
  [0.3, 'parses a CSV line with quoted fields'],
  [0.32, 'validates an IPv4 address'],
  [0.35, 'finds the longest common prefix of many strings'],
  [0.42, 'implements a least-recently-used cache'],
  [0.45, 'evaluates an arithmetic expression with parentheses'],
  [0.48, 'finds the shortest path in a weighted graph'],
  [0.55, 'serializes and deserializes a binary tree'],
  [0.6, 'matches text against a pattern with * and ?'],
  [0.66, 'schedules tasks with dependencies on several workers'],
  [0.7, 'computes the edit script between two files'],
  [0.76, 'implements a lock-free queue'],
  [0.82, 'type-checks a small language with generics'],
];

const CONSTRAINTS = [
  'It must run in linear time.',
  'Do not use any library.',
  'Handle Unicode correctly.',
  'It must not recurse.',
  'Use constant extra memory.',
  'Make it safe to call from several threads.',
  'Report errors with the position where they occur.',
  'Write property-based tests for it.',
  'The input is a stream and does not fit in memory.',
  'Stop early when the caller cancels.',
] as const;

/** A function to be written; each constraint makes it harder. */
export function writeCodeRequest(rng: Rng): WrittenQuery {
  const [base, job] = pick(rng, JOBS);
  const constraints = pickSome(rng, CONSTRAINTS, between(rng, 0, 4));
  const language = pick(rng, LANGUAGES);
  const opening = pick(rng, [
    `Write a ${language} function that ${job}.`,
    `In ${language}, implement a function which ${job}.`,
    `I need ${language} code that ${job}.`,
    `Please give me an idiomatic ${language} function that ${job}.`,
  ]);
  return { text: [opening, ...constraints].join(' '), difficulty: base + 0.06 * constraints.length };
}
