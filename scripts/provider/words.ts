import type { Rng } from '../../src/base/rng.js';

const WORDS = (
  'answer because between carry clear count derive each even every example find first follow give hold keep known ' +
  'last less line mean measure more next number often order part place point prove reason rest result rule same ' +
  'second show ' +
  'side simple since small step sum take then there thus true turn two value which whole work'
).split(' ');

/** Sentences of `count` words. */
export function wordsOf(rng: Rng, count: number): string {
  return Array.from({ length: count }, (_, i) => {
    const word = WORDS[rng.int(WORDS.length)]!;
    const begins = i % 9 === 0;
    const ends = i % 9 === 8 || i === count - 1;
    return `${begins ? word[0]!.toUpperCase() + word.slice(1) : word}${ends ? '.' : ''}`;
  }).join(' ');
}

/** A text in `count` pieces of about the same length; by words, each with the blank before it, unless one is given. */
export function piecesOf(text: string, count?: number): string[] {
  if (count === undefined) return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [text];
  return Array.from({ length: count }, (_, i) =>
    text.slice(Math.floor((i * text.length) / count), Math.floor(((i + 1) * text.length) / count)),
  );
}
