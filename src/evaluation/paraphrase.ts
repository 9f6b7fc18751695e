import type { Rng } from '../base/rng.js';

/** A simple edit that leaves what a query asks for as it is. Answers the same text where there is nothing to edit. */
export interface Edit {
  name: string;
  apply(text: string, rng: Rng): string;
}

/** Words that can stand for each other in questions and instructions. */
const SYNONYMS: readonly (readonly string[])[] = [
  ['find', 'determine'],
  ['calculate', 'compute'],
  ['which', 'what'],
  ['big', 'large'],
  ['begin', 'start'],
  ['choose', 'pick', 'select'],
  ['answer', 'reply'],
  ['question', 'query'],
  ['write', 'compose'],
  ['show', 'display'],
  ['explain', 'describe'],
  ['give', 'provide'],
  ['buy', 'purchase'],
  ['get', 'obtain'],
  ['following', 'below'],
  ['correct', 'right'],
  ['children', 'kids'],
  ['many', 'numerous'],
  ['return', 'yield'],
  ['create', 'make'],
];
const SYNONYM_OF = new Map(SYNONYMS.flatMap((words) => words.map((word) => [word, words.filter((other) => other !== word)] as const)));

const sameCase = (from: string, to: string): string => (from[0] === from[0]!.toUpperCase() ? to[0]!.toUpperCase() + to.slice(1) : to);

/** Lettered choices on lines of their own, in a run: `A. …`, `(B) …`, `C) …`. */
const CHOICES = /(?:^[ \t]*\(?[A-H][.):][ \t].*$\n?){2,}/gm;

export const EDITS: readonly Edit[] = [
  { name: 'lower case', apply: (text) => text.toLowerCase() },
  { name: 'upper case', apply: (text) => text.toUpperCase() },
  { name: 'no mark at the end', apply: (text) => text.replace(/[\s.?!]+$/, '') },
  { name: 'commas left out, spaces doubled', apply: (text) => text.replaceAll(/,(?=\s)/g, '').replaceAll(/([.?!]) (?=\S)/g, '$1  ') },
  {
    name: 'synonyms',
    apply: (text, rng) =>
      text.replaceAll(/[A-Za-z]+/g, (word) => {
        const others = SYNONYM_OF.get(word.toLowerCase());
        return others === undefined ? word : sameCase(word, others[rng.int(others.length)]!);
      }),
  },
  {
    name: 'order of choices',
    apply: (text, rng) =>
      text.replaceAll(CHOICES, (run) => {
        const lines = run.split('\n');
        const last = lines.at(-1) === '' ? lines.pop()! : null;
        const bodies = rng.shuffle(lines.map((line) => line.replace(/^[ \t]*\(?[A-H][.):][ \t]/, '')));
        const turned = lines.map((line, i) => line.match(/^[ \t]*\(?[A-H][.):][ \t]/)![0] + bodies[i]!);
        return [...turned, ...(last === null ? [] : [last])].join('\n');
      }),
  },
];
