import type { Rng } from '../../base/rng.js';
import type { WrittenQuery } from '../types.js';
import { between, pick, pickSome } from './words.js';

const KNOWN = [
  'France',
  'Japan',
  'Brazil',
  'Egypt',
  'Canada',
  'Italy',
  'India',
  'Mexico',
  'Australia',
  'Spain',
  'Germany',
  'Greece',
] as const;
const LESS_KNOWN = [
  'Bhutan',
  'Suriname',
  'Lesotho',
  'Vanuatu',
  'Moldova',
  'Djibouti',
  'Kyrgyzstan',
  'Eswatini',
  'Timor-Leste',
  'Palau',
  'Comoros',
  'Liechtenstein',
] as const;
const ELEMENTS = [
  'iron',
  'gold',
  'helium',
  'carbon',
  'neon',
  'praseodymium',
  'hafnium',
  'ytterbium',
  'rhenium',
  'technetium',
] as const;
const WORKS = [
  'Hamlet',
  'Don Quixote',
  'Moby-Dick',
  'War and Peace',
  'The Trial',
  'The Tale of Genji',
  'The Lusiads',
  'Effi Briest',
  'Pan Tadeusz',
  'The Knight in the Panther’s Skin',
] as const;

type Ask = (rng: Rng) => [question: string, difficulty: number];

function country(rng: Rng): [name: string, difficulty: number] {
  return rng.next() < 0.5 ? [pick(rng, KNOWN), 0.12] : [pick(rng, LESS_KNOWN), 0.4];
}

const ASKS: readonly Ask[] = [
  (rng) => {
    const [name, difficulty] = country(rng);
    return [
      pick(rng, [
        `What is the capital of ${name}?`,
        `Which currency is used in ${name}?`,
        `Which languages are official in ${name}?`,
        `Which countries border ${name}?`,
      ]),
      difficulty,
    ];
  },
  (rng) => {
    const [name, difficulty] = country(rng);
    return [
      pick(rng, [
        `Who was head of government of ${name} in ${between(rng, 1950, 2020)}?`,
        `Roughly how many people lived in ${name} in ${between(rng, 1900, 2020)}?`,
        `What was the main export of ${name} in ${between(rng, 1900, 2020)}?`,
      ]),
      difficulty + 0.32,
    ];
  },
  (rng) => {
    const place = rng.int(ELEMENTS.length);
    return [`${pick(rng, ABOUT_ELEMENTS)} ${ELEMENTS[place]}?`, 0.12 + 0.05 * place];
  },
  (rng) => {
    const place = rng.int(WORKS.length);
    return [
      `${pick(rng, ABOUT_WORKS)} ${WORKS[place]}${rng.next() < 0.5 ? ', and what else is its author known for' : ''}?`,
      0.12 + 0.055 * place,
    ];
  },
  (rng) => {
    const [first, second, third] = pickSome(rng, [...KNOWN, ...LESS_KNOWN], 3);
    return [
      `Of ${first}, ${second} and ${third}, which ${pick(rng, SUPERLATIVES)}, ` +
        `and ${pick(rng, ['in which year', 'by how much', 'who comes second'])}?`,
      0.72,
    ];
  },
];

const ABOUT_ELEMENTS = [
  'Who discovered',
  'What is the atomic number of',
  'What is the melting point of',
  'What is mostly made with',
];
const ABOUT_WORKS = [
  'Who wrote',
  'When was the first edition published of',
  'Who is the main character of',
  'In which language was the original of',
];
const SUPERLATIVES = [
  'joined the United Nations last',
  'has the longest coast',
  'has the highest mountain',
  'has won most Olympic medals',
  'lies furthest north',
];

/** Famous things are easy, obscure ones and comparisons hard. */
export function writeTrivia(rng: Rng): WrittenQuery {
  const [question, difficulty] = pick(rng, ASKS)(rng);
  return {
    text:
      question +
      pick(rng, ['', '', ' Answer in one sentence.', ' Be brief.', ' Name a source.', ' Just the answer, please.']),
    difficulty,
  };
}
