import { writeCodeRequest } from './queries/code.js';
import { writeEquation } from './queries/equations.js';
import { writeExtraction, writeSummarization, writeTranslation } from './queries/language.js';
import { writeLogicPuzzle } from './queries/logic-puzzles.js';
import { writeTrivia } from './queries/trivia.js';
import { writeWordProblem } from './queries/word-problems.js';
import type { SimulatedTask } from './types.js';

export const DOMAINS = [
  { id: 'math', description: 'Tasks of calculation, equations and mathematical argument.' },
  { id: 'coding', description: 'Tasks of writing programs.' },
  { id: 'language', description: 'Tasks of understanding, rewriting and translating text.' },
  { id: 'reasoning', description: 'Tasks of general knowledge and logical deduction.' },
] as const;

export const TASKS: readonly SimulatedTask[] = [
  {
    id: 'word-problems',
    domain: 'math',
    description: 'Arithmetic told as a story, in one to six steps.',
    scoring: 'exact',
    answerTokens: 160,
    write: writeWordProblem,
  },
  {
    id: 'equations',
    domain: 'math',
    description: 'Equations, systems, integrals and curves, to be solved exactly.',
    scoring: 'exact',
    answerTokens: 220,
    write: writeEquation,
  },
  {
    id: 'code-writing',
    domain: 'coding',
    description: 'A function to be written in a named programming language, under constraints.',
    scoring: 'exact',
    answerTokens: 420,
    write: writeCodeRequest,
  },
  {
    id: 'translation',
    domain: 'language',
    description: 'Texts to be translated from English.',
    scoring: 'graded',
    answerTokens: 90,
    write: writeTranslation,
  },
  {
    id: 'summarization',
    domain: 'language',
    description: 'Texts of any length to be summarized.',
    scoring: 'graded',
    answerTokens: 110,
    write: writeSummarization,
  },
  {
    id: 'extraction',
    domain: 'language',
    description: 'Fields to be found in a message and returned as JSON.',
    scoring: 'graded',
    answerTokens: 100,
    write: writeExtraction,
  },
  {
    id: 'trivia',
    domain: 'reasoning',
    description: 'Short questions of general knowledge.',
    scoring: 'exact',
    answerTokens: 40,
    write: writeTrivia,
  },
  {
    id: 'logic-puzzles',
    domain: 'reasoning',
    description: 'Puzzles to be solved by deduction.',
    scoring: 'exact',
    answerTokens: 280,
    write: writeLogicPuzzle,
  },
];
