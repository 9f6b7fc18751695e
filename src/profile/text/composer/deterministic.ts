import { excerpt } from '../facts.js';
import type { ComposeRequest, Heard, TextComposer } from './types.js';

/** Share of a text that the node's own, and that one neighbour, may take at most. */
const OWN_SHARE = 0.25;
const HEARD_SHARE = 0.15;

const signed = (x: number): string => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)}`;

/**
 * How a neighbour is introduced to a node of the kind `about`: `Better than the other LLMs at gsm8k (+0.12 over 130
 * answers)`.
 */
export function introduced(about: ComposeRequest['kind'], { relation, kind, name, measured }: Heard): string {
  if (measured === undefined)
    return kind === 'query'
      ? 'A query of this kind'
      : `${kind === 'llm' ? 'LLM' : `${kind[0]!.toUpperCase()}${kind.slice(1)}`} ${name}`;
  const { advantage, score, count } = measured;
  const than = `${advantage < 0 ? 'worse' : 'better'} than the other LLMs`;
  const by =
    relation === 'llm-task'
      ? `${signed(advantage)} over ${Math.max(1, Math.round(count))} answers`
      : `score ${score.toFixed(2)}, ${signed(advantage)}`;
  if (about !== 'llm') return `${name} is ${than} here (${by})`;
  const at =
    relation === 'llm-benchmark' ? `on the public benchmark ${name}` : `at ${kind === 'query' ? 'the query' : name}`;
  return `${than[0]!.toUpperCase()}${than.slice(1)} ${at} (${by})`;
}

/** A neighbour's text without its name at the beginning: it has been introduced by it. */
const unnamed = ({ name, text }: Heard): string =>
  text.startsWith(name) ? text.slice(name.length).replace(/^[:.\s]+/, '') : text;

const isWorse = ({ measured }: Heard): boolean => (measured?.advantage ?? 0) < 0;

/**
 * A node's text by rule: its own, then each neighbour introduced and quoted, the most telling first, as far as the
 * length goes. What an LLM is worse at is named but not quoted: an encoder would place the LLM beside it.
 */
export function createDeterministicComposer(): TextComposer {
  return {
    id: 'deterministic-1',
    async compose({ kind, own, heard, maxCharacters }) {
      let text = excerpt(own, heard.length === 0 ? maxCharacters : Math.floor(maxCharacters * OWN_SHARE)).replace(
        /[.\s]+$/,
        '',
      );
      const quoted = heard.filter((h) => !isWorse(h)).length;
      const share = Math.min(HEARD_SHARE * maxCharacters, (maxCharacters - text.length) / Math.max(1, quoted));
      for (const neighbour of heard) {
        const introduction = `. ${introduced(kind, neighbour)}`;
        const room = Math.floor(share) - introduction.length - 2;
        const quote = isWorse(neighbour) || room <= 0 ? '' : excerpt(unnamed(neighbour), room).replace(/[.\s]+$/, '');
        const part = quote === '' ? introduction : `${introduction}: ${quote}`;
        if (text.length + part.length < maxCharacters) text += part;
      }
      return text === '' ? text : `${text}.`.slice(0, maxCharacters);
    },
  };
}
