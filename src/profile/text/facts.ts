import type { NodeKind } from '../../graph/relations.js';
import type { GraphRows } from '../../graph/rows.js';
import type { LlmProfile } from '../../schema/profile.js';

/** At most `size` characters of a text in one line, cut at a word. */
export function excerpt(text: string, size: number): string {
  // Of a very long text, enough to fill the size even where much of it is spaces.
  const line = text
    .slice(0, 4 * size + 200)
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (line.length <= size) return line;
  const cut = line.slice(0, Math.max(0, size - 1));
  const space = cut.lastIndexOf(' ');
  return `${(space > size / 2 ? cut.slice(0, space) : cut).trimEnd()}…`.slice(0, Math.max(0, size)).toWellFormed();
}

const named = ({ id, description = '' }: { id: string; description?: string | undefined }): string =>
  description.trim() === '' ? id : `${id}: ${description.trim().replace(/\.+$/, '')}`;

/** What one LLM declares of itself, in words; of its benchmarks nothing, as they are the tasks' to tell. */
export function factsText(llm: LlmProfile): string {
  const { size_b, input_price, output_price, context_tokens, latency_ms, tags } = llm;
  const facts = [
    size_b === undefined ? '' : `${size_b} billion parameters`,
    input_price === undefined ? '' : `$${input_price} per million input tokens`,
    output_price === undefined ? '' : `$${output_price} per million output tokens`,
    context_tokens === undefined ? '' : `context of ${context_tokens} tokens`,
    latency_ms === undefined ? '' : `answers in ${latency_ms} ms`,
    ...(tags ?? []),
  ].filter((fact) => fact !== '');
  return [named(llm), facts.join(', ')].filter((part) => part !== '').join('. ');
}

/** The text that a node has of itself, without neighbours. */
export function ownText(rows: GraphRows, kind: NodeKind, index: number): string {
  if (kind === 'llm') return factsText(rows.llms[index]!);
  if (kind === 'query') return rows.queries.textOf(index);
  return named({ family: rows.families, task: rows.tasks, domain: rows.domains }[kind][index]!);
}

/** What a node is called in another one's text. */
export function nameOf(rows: GraphRows, kind: NodeKind, index: number): string {
  if (kind === 'query') return 'a query';
  return { llm: rows.llms, family: rows.families, task: rows.tasks, domain: rows.domains }[kind][index]!.id;
}
