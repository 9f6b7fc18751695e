import type { ProfileTexts } from '../artifact/manifest.js';
import type { Rng } from '../base/rng.js';
import { observe } from '../profile/observed.js';
import { createDeterministicComposer } from '../profile/text/composer/deterministic.js';
import { flatTexts } from '../profile/text/flat.js';
import { structuredTexts } from '../profile/text/structured.js';
import { DESIGN_KINDS, ProfileDesign } from '../schema/design.js';
import type { TrainingInput } from './input.js';

/** Queries that texts are made of, at most: their own texts are read for that. */
const MOST_QUERIES = 20_000;
const HOPS = 2;

const FLAT = ProfileDesign.parse({
  form: 'flat',
  representation: 'text',
  learning: 'training-free',
  hops: 0,
  kinds: [...DESIGN_KINDS],
});
const STRUCTURED = ProfileDesign.parse({ ...FLAT, form: 'structured', hops: HOPS });

/**
 * LLMs' profiles as texts, by id: of itself alone, and with what it hears of others over {@link HOPS} hops.
 *
 * @param quoted gets the hashes of the queries whose texts may stand in them
 */
export async function profileTexts(
  { rows, textsOf }: Pick<TrainingInput, 'rows' | 'textsOf'>,
  queries: Int32Array,
  rng: Rng,
  quoted: Set<string> = new Set(),
): Promise<ProfileTexts> {
  const some =
    queries.length <= MOST_QUERIES ? queries : rng.shuffle(queries.slice()).subarray(0, MOST_QUERIES).toSorted();
  const found = await textsOf(Array.from(some, (q) => rows.queries.hashOf(q)));
  // What is forgotten has nothing to be quoted.
  const textAt = new Map(Array.from(some, (q, i) => [q, found[i] ?? '']));
  const { length, hashOf, taskOf } = rows.queries;
  const queriesWithTexts = { length, hashOf, taskOf, textOf: (q: number) => textAt.get(q)! };
  const whole = { ...rows, queries: queriesWithTexts };
  const flat = flatTexts(observe(whole, some, FLAT));
  const observed = observe(whole, some, STRUCTURED);
  const { queries: nodes } = observed.rows;
  const noting = {
    ...nodes,
    textOf(node: number): string {
      quoted.add(nodes.hashOf(node));
      return nodes.textOf(node);
    },
  };
  const noted = { ...observed, rows: { ...observed.rows, queries: noting } };
  const structured = await structuredTexts(noted, HOPS, createDeterministicComposer(), rng);
  return Object.fromEntries(rows.llms.map(({ id }, l) => [id, { flat: flat[l]!, structured: structured[l]! }]));
}
