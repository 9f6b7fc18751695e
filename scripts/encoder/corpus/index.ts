import type { Rng } from '../../../src/base/rng.js';
import { readComments } from './comments.js';
import { makeExercises } from './exercises.js';
import { makeQuestions } from './questions.js';
import { readWordnet } from './wordnet.js';

/** Texts of each kind. */
const COUNTS = { glosses: 8000, examples: 8000, questions: 6000, exercises: 4500, comments: 4500 } as const;

/**
 * The sentences that the teacher and the student read, in random order, none twice: dictionary glosses and examples,
 * questions, instructions and exercises made by template, and programmers' documentation. No logged query is among
 * them.
 */
export function buildCorpus(modules: string, rng: Rng): string[] {
  const synsets = readWordnet(modules);
  const examples = synsets.flatMap((synset) => synset.examples);
  const glosses = synsets.map(({ words, gloss }, i) => (i % 2 === 0 ? gloss : `${words[0]}: ${gloss}`));
  const some = (texts: readonly string[], count: number, label: string): string[] =>
    rng
      .fork(label)
      .shuffle([...texts])
      .slice(0, count);
  const texts = [
    ...some(glosses, COUNTS.glosses, 'glosses'),
    ...some(examples, COUNTS.examples, 'examples'),
    ...makeQuestions(synsets, examples, COUNTS.questions, rng.fork('questions')),
    ...makeExercises(synsets, COUNTS.exercises, rng.fork('exercises')),
    ...some(readComments(modules), COUNTS.comments, 'comments'),
  ];
  return rng.fork('order').shuffle([...new Set(texts)]);
}
