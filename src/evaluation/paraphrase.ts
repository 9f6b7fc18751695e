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
  ['question', 'query'],
  ['write', 'compose'],
  ['show', 'display'],
  ['explain', 'describe'],
  ['give', 'provide'],
  ['buy', 'purchase'],
  ['get', 'obtain'],
  ['following', 'below'],
  ['children', 'kids'],
  ['create', 'make'],
  ['finish', 'complete'],
  ['about', 'around'],
  ['quick', 'fast'],
  ['often', 'frequently'],
  ['whole', 'entire'],
  ['total', 'overall'],
];
const SYNONYM_OF = new Map(
  SYNONYMS.flatMap((words) => words.map((word) => [word, words.filter((other) => other !== word)] as const)),
);

/** A word of prose: not a part of a name in code, such as `get` in `get_item`, `x.get` or `get(`. */
const WORD = /(?<![\w.$\\])[A-Za-z]+(?![\w($])/g;

function likeCase(from: string, to: string): string {
  if (from.length > 1 && from === from.toUpperCase()) return to.toUpperCase();
  return from[0] === from[0]!.toUpperCase() ? to[0]!.toUpperCase() + to.slice(1) : to;
}

/** Lettered choices on lines of their own, in a run: `A. …`, `(B) …`, `C) …`. */
const LINES = /(?:^[ \t]*\(?[A-H][.):][ \t].*$\n?){2,}/gm;
const LETTER_OF_LINE = /^[ \t]*\(?[A-H][.):][ \t]/;
/** Lettered choices within a line: `(A) … (B) …`. */
const INLINE = /\([A-H]\)[^()\n]+(?:\([A-H]\)[^()\n]+)+/g;

/** Without spaces and marks at the end. Not by a pattern: it would begin anew at every space of a long run. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s.?!]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

function turnLines(run: string, rng: Rng): string {
  const end = run.endsWith('\n') ? '\n' : '';
  const lines = run.slice(0, run.length - end.length).split('\n');
  const bodies = rng.shuffle(lines.map((line) => line.replace(LETTER_OF_LINE, '')));
  return lines.map((line, i) => LETTER_OF_LINE.exec(line)![0] + bodies[i]!).join('\n') + end;
}

function turnInline(run: string, rng: Rng): string {
  const bodies = rng.shuffle(
    run
      .split(/\([A-H]\)/)
      .slice(1)
      .map((body) => body.trim()),
  );
  const letters = run.match(/\([A-H]\)/g)!;
  return letters.map((letter, i) => `${letter} ${bodies[i]!}`).join(' ') + /\s*$/.exec(run)![0];
}

export const EDITS: readonly Edit[] = [
  { name: 'lower case', apply: (text) => text.toLowerCase() },
  { name: 'upper case', apply: (text) => text.toUpperCase() },
  { name: 'no mark at the end', apply: withoutEnd },
  {
    name: 'commas left out, sentences two spaces apart',
    apply: (text) => text.replaceAll(/,(?=\s)/g, '').replaceAll(/([.?!]) (?=\S)/g, '$1  '),
  },
  {
    name: 'synonyms',
    apply: (text, rng) =>
      text.replaceAll(WORD, (word) => {
        const others = SYNONYM_OF.get(word.toLowerCase());
        return others === undefined ? word : likeCase(word, others[rng.int(others.length)]!);
      }),
  },
  {
    name: 'order of choices',
    apply: (text, rng) =>
      text.replaceAll(LINES, (run) => turnLines(run, rng)).replaceAll(INLINE, (run) => turnInline(run, rng)),
  },
];
