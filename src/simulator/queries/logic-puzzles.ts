import type { Rng } from '../../base/rng.js';
import type { WrittenQuery } from '../types.js';
import { between, capitalized, NAMES, pick, pickSome } from './words.js';

const ATTRIBUTES = [
  ['a cat', 'a dog', 'a parrot', 'a tortoise', 'a rabbit', 'a goldfish'],
  ['tea', 'coffee', 'cocoa', 'milk', 'cider', 'water'],
  ['the violin', 'the drums', 'the flute', 'the harp', 'the tuba', 'the cello'],
] as const;

/** People in a row of houses; more houses and more kinds of attribute are harder. */
function writeHouses(rng: Rng): WrittenQuery {
  const houses = between(rng, 3, 6);
  const kinds = between(rng, 1, 3);
  const people = pickSome(rng, NAMES, houses);
  const owned = pickSome(rng, ATTRIBUTES, kinds).map((values) => pickSome(rng, values, houses));
  const known = [...people, ...owned.flat().map((thing) => `the person with ${thing}`)];
  const clues = Array.from({ length: houses + kinds }, (_, i) => {
    const [one, two] = pickSome(rng, known, 2) as [string, string];
    const clue = pick(rng, [
      `${one} lives directly left of ${two}`,
      `${one} does not live in house ${between(rng, 1, houses)}`,
      `${one} lives somewhere to the right of ${two}`,
      `there is one house between ${one} and ${two}`,
    ]);
    return `${i + 1}. ${capitalized(clue)}.`;
  });
  const lists = owned.map((values) => `Among them are owners of ${values.join(', ')}.`);
  return {
    text:
      `There are ${houses} houses in a row, numbered from left to right. In them live ${people.join(', ')}. ` +
      `${lists.join(' ')}\n${clues.join('\n')}\nIn which house does ${pick(rng, people)} live?`,
    difficulty: 0.08 + 0.09 * houses + 0.1 * kinds,
  };
}

/** Who tells the truth; each speaker makes it harder. */
function writeKnights(rng: Rng): WrittenQuery {
  const speakers = pickSome(rng, NAMES, between(rng, 2, 6));
  const claims = speakers.map((speaker) => {
    const claim = pick(rng, [
      `${pick(rng, speakers)} is a liar`,
      `exactly ${between(rng, 1, speakers.length)} of us tell the truth`,
      `${pick(rng, speakers)} and I are of the same kind`,
      'I am the only one who tells the truth',
    ]);
    return `${speaker} says: "${claim}."`;
  });
  return {
    text:
      `On an island everyone either always lies or always tells the truth. ${claims.join(' ')} Who tells the ` +
      'truth?',
    difficulty: 0.12 + 0.11 * speakers.length,
  };
}

/** Order from comparisons. */
function writeOrder(rng: Rng): WrittenQuery {
  const people = pickSome(rng, NAMES, between(rng, 3, 7));
  const quality = pick(rng, ['taller', 'older', 'faster', 'richer']);
  const facts = people.slice(1).map((person, i) => `${people[i]} is ${quality} than ${person}.`);
  return {
    text: `${rng.shuffle(facts).join(' ')} Who comes ${pick(rng, ['second', 'last', 'first', 'in the middle'])}?`,
    difficulty: 0.02 + 0.07 * people.length,
  };
}

export function writeLogicPuzzle(rng: Rng): WrittenQuery {
  return pick(rng, [writeHouses, writeKnights, writeOrder])(rng);
}
