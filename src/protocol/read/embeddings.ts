import { z } from 'zod';
import { parse } from '../../schema/parse.js';
import type { Call } from '../types.js';
import { CallDraft } from './draft.js';
import * as field from './field.js';

/** Body of `POST /v1/embeddings`, as far as it is read here; inputs are checked as they are read. */
export const EmbeddingsBody = z
  .looseObject({
    ...field.common,
    input: z.unknown().optional().describe('A text or a list of texts; tokens, or a list of lists of them'),
  })
  .meta({ id: 'EmbeddingsCall', description: 'Embeddings, as OpenAI’s protocol has them' });

/** Reads a list of inputs; gives how many tokens are in it where tokens are given. */
function readInputs(draft: CallDraft, inputs: readonly unknown[]): number {
  if (inputs.length === 0) field.refuse('input', 'at least one text', inputs);
  if (typeof inputs[0] === 'number') return inputs.length;
  let tokens = 0;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    if (Array.isArray(input)) tokens += input.length;
    else draft.add('user', draft.text(field.textAt(`input[${i}]`, input)));
  }
  return tokens;
}

/** Reads a call of embeddings. Throws `invalid_request` naming the field. */
export function readEmbeddings(value: unknown): Call {
  const body = parse(EmbeddingsBody, value);
  const draft = new CallDraft();
  const { input } = body;
  let tokens = 0;
  if (typeof input === 'string') draft.add('user', draft.text(field.textAt('input', input)));
  else if (Array.isArray(input)) tokens = readInputs(draft, field.partsAt('input', input, field.MAX_ITEMS));
  else field.refuse('input', 'a string or a list', input);
  const facts = draft.facts([], []);
  return {
    api: 'embeddings',
    model: body.model,
    stream: false,
    wantsUsage: true,
    // Nothing is written.
    maxOutputTokens: 0,
    answerSchema: null,
    toolLoop: null,
    session: null,
    previousAnswer: null,
    metadata: body.metadata ?? null,
    own: body.pointsman,
    ...facts,
    promptTokens: tokens === 0 ? facts.promptTokens : tokens + facts.promptTokens - 1,
  };
}
