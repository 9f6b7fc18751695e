import type { Rng } from '../../base/rng.js';
import type { NodeKind } from '../../graph/relations.js';
import type { Observed } from '../observed.js';
import { nameOf, ownText } from './facts.js';
import { createLinks } from './links.js';
import type { TextComposer } from './composer/types.js';

/** Longest text of a finished profile, and of a node that another one hears from. */
const PROFILE_CHARACTERS = 4000;
const HEARD_CHARACTERS = 1000;

/**
 * A text per LLM after `hops` rounds. At hop k a node's text is composed from its own facts and its neighbours' texts
 * of hop k − 1; at hop 0 it is its own.
 *
 * Only texts that an LLM's profile comes to hear are composed, each once. With N LLMs, F families, T tasks, D domains,
 * and Q queries that some heard node quotes (Q ≤ 5N + 3T, by the bounds in `links.ts`), that is N calls of the composer
 * for the profiles and at most N + F + T + D + Q for each hop before: 1 hop takes N calls, 2 hops at most
 * 2N + F + T + D + Q. Measured on the llmrouter log (14 LLMs, 9 of them asked; 14 tasks): 14, 73, 134 and 232 calls.
 */
export async function structuredTexts(
  observed: Observed,
  hops: number,
  composer: TextComposer,
  rng: Rng,
): Promise<string[]> {
  const { rows } = observed;
  const linksOf = createLinks(observed, rng);
  const made = new Map<string, Promise<string>>();

  function textOf(kind: NodeKind, index: number, hop: number): Promise<string> {
    if (hop === 0) return Promise.resolve(ownText(rows, kind, index));
    const key = `${hop} ${kind} ${index}`;
    let text = made.get(key);
    if (text === undefined) made.set(key, (text = composed(kind, index, hop, HEARD_CHARACTERS)));
    return text;
  }

  async function composed(kind: NodeKind, index: number, hop: number, maxCharacters: number): Promise<string> {
    const links = linksOf(kind, index);
    const heard = await Promise.all(
      links.map(async (link) => ({
        relation: link.relation,
        kind: link.kind,
        name: nameOf(rows, link.kind, link.index),
        text: await textOf(link.kind, link.index, hop - 1),
        ...(link.measured ? { measured: link.measured } : {}),
      })),
    );
    return composer.compose({
      kind,
      name: nameOf(rows, kind, index),
      own: ownText(rows, kind, index),
      heard,
      maxCharacters,
    });
  }

  return Promise.all(rows.llms.map((_, l) => composed('llm', l, hops, PROFILE_CHARACTERS)));
}
