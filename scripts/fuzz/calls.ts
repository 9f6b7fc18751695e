import type { Rng } from '../../src/base/rng.js';
import type { NamedOperation } from '../openapi/document.js';
import { CALLED } from './called.js';
import { oneOf } from './nasty.js';
import type { Pools } from './pools.js';

type Json = Record<string, unknown>;

/** Smallest there is: one pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const QUERIES = ['How far is the moon?', 'Rhyme on rose', '2 + 2', '多い 🙂', '', 'x'.repeat(3000)];
const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city'],
};
const ANSWER = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] };
const SYSTEM = 'You are brief.';

const said = (rng: Rng): string => oneOf(rng, QUERIES);
const maybe = (rng: Rng, share: number, fields: Json): Json => (rng.next() < share ? fields : {});
/** Turns of a conversation, the user's and the LLM's, that ends with the user's. */
const turns = (rng: Rng): number => oneOf(rng, [1, 1, 1, 3, 5]);

function chatParts(rng: Rng): unknown {
  return oneOf<unknown>(rng, [
    said(rng),
    said(rng),
    [{ type: 'text', text: said(rng) }],
    [
      { type: 'text', text: said(rng) },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } },
    ],
    [{ type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } }],
    [{ type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERg==' } }],
  ]);
}

function chat(rng: Rng): Json {
  const all: Json[] = rng.next() < 0.5 ? [{ role: oneOf(rng, ['system', 'developer']), content: SYSTEM }] : [];
  for (let n = turns(rng), i = 0; i < n; i++)
    all.push(i % 2 === 0 ? { role: 'user', content: chatParts(rng) } : { role: 'assistant', content: said(rng) });
  const usesTools = rng.next() < 0.4;
  const fn = { name: 'weather', description: 'The weather', parameters: PARAMETERS };
  if (usesTools && rng.next() < 0.5)
    all.push(
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: oneOf(rng, ['sunny', 'Error: no such city', '']) },
    );
  const json = { type: 'json_schema', json_schema: { name: 'answer', schema: ANSWER, strict: true } };
  return {
    messages: all,
    ...(usesTools && { tools: [{ type: 'function', function: fn }] }),
    ...(usesTools && maybe(rng, 0.4, { tool_choice: oneOf<unknown>(rng, ['auto', 'none', 'required']) })),
    ...maybe(rng, 0.2, { response_format: oneOf<unknown>(rng, [json, { type: 'json_object' }]) }),
    ...maybe(rng, 0.3, { stream_options: { include_usage: rng.next() < 0.5 } }),
    ...maybe(rng, 0.3, { temperature: rng.next(), seed: rng.int(100), logprobs: rng.next() < 0.5 }),
    ...maybe(rng, 0.3, oneOf<Json>(rng, [{ max_completion_tokens: 20 }, { max_tokens: -1 }])),
    ...maybe(rng, 0.1, { n: 2, user: 'u', prompt_cache_key: 'k' }),
  };
}

function responsesItems(rng: Rng): unknown {
  const parts = [
    { type: 'input_text', text: said(rng) },
    { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
  ];
  const items: Json[] = [{ role: 'user', content: oneOf<unknown>(rng, [said(rng), parts.slice(0, 1), parts]) }];
  if (rng.next() < 0.4)
    items.push(
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: said(rng), annotations: [] }] },
      { role: 'user', content: said(rng) },
    );
  if (rng.next() < 0.3)
    items.push(
      { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' },
      { type: 'function_call_output', call_id: 'call_1', output: oneOf(rng, ['sunny', '{"error":"none"}']) },
    );
  if (rng.next() < 0.1) items.unshift({ type: 'reasoning', id: 'rs_1', summary: [] });
  return items;
}

function responses(rng: Rng, pools: Pools): Json {
  const tool = { type: 'function', name: 'weather', parameters: PARAMETERS, strict: false };
  return {
    input: rng.next() < 0.4 ? said(rng) : responsesItems(rng),
    ...maybe(rng, 0.4, { instructions: SYSTEM }),
    ...maybe(rng, 0.3, { tools: [tool] }),
    ...maybe(rng, 0.2, { text: { format: { type: 'json_schema', name: 'answer', schema: ANSWER } } }),
    ...maybe(rng, 0.2, { max_output_tokens: 20 }),
    ...maybe(rng, 0.2, { previous_response_id: pools.pick('answer', rng) }),
    ...maybe(rng, 0.1, { conversation: oneOf<unknown>(rng, ['conv_1', { id: 'conv_1' }]) }),
    ...maybe(rng, 0.1, { store: false, include: [] }),
  };
}

function blocks(rng: Rng): unknown {
  const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } };
  const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: said(rng) } };
  const text = { type: 'text', text: said(rng), cache_control: { type: 'ephemeral' } };
  return oneOf<unknown>(rng, [said(rng), said(rng), [text], [text, image], [document, text]]);
}

function messages(rng: Rng): Json {
  const all: Json[] = [];
  for (let n = turns(rng), i = 0; i < n; i++)
    all.push(i % 2 === 0 ? { role: 'user', content: blocks(rng) } : { role: 'assistant', content: said(rng) });
  const usesTools = rng.next() < 0.4;
  if (usesTools && rng.next() < 0.5)
    all.push(
      { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bern' } }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny', is_error: rng.next() < 0.3 }],
      },
    );
  const tool = { name: 'weather', description: 'The weather', input_schema: PARAMETERS };
  return {
    messages: all,
    max_tokens: oneOf(rng, [1, 20, 1000]),
    ...maybe(rng, 0.5, { system: oneOf<unknown>(rng, [SYSTEM, [{ type: 'text', text: SYSTEM }]]) }),
    ...(usesTools && { tools: [tool] }),
    ...(usesTools && maybe(rng, 0.3, { tool_choice: { type: oneOf(rng, ['auto', 'any', 'none']) } })),
    ...maybe(rng, 0.2, { output_config: { format: { type: 'json_schema', schema: ANSWER } } }),
    ...maybe(rng, 0.1, { thinking: { type: 'enabled', budget_tokens: 1024 } }),
    ...maybe(rng, 0.2, { temperature: rng.next(), top_k: 5, stop_sequences: ['x'] }),
  };
}

const embeddings = (rng: Rng): Json => ({
  input: oneOf<unknown>(rng, [said(rng), ['a', 'b'], [1, 2, 3], [[1, 2], [3]], Array(200).fill('many')]),
  ...maybe(rng, 0.3, { encoding_format: oneOf(rng, ['float', 'base64']) }),
  ...maybe(rng, 0.2, { dimensions: 8 }),
});

const MAKERS: Readonly<Record<string, (rng: Rng, pools: Pools) => Json>> = {
  'POST /v1/chat/completions': chat,
  'POST /v1/responses': responses,
  'POST /v1/messages': messages,
  'POST /v1/embeddings': embeddings,
};

/** What `pointsman` of a body may say. */
function options(pools: Pools, rng: Rng): Json {
  return {
    ...maybe(rng, 0.4, { policy: pools.pick('policy', rng) }),
    ...maybe(rng, 0.3, { task: pools.pick('task', rng) }),
    ...maybe(rng, 0.2, { exclude: [pools.pick('llm', rng)] }),
    ...maybe(rng, 0.2, { pin: [oneOf(rng, CALLED)] }),
    ...maybe(rng, 0.2, { max_cost_usd: rng.next() }),
    ...maybe(rng, 0.2, { exploration: 0.1 }),
    ...maybe(rng, 0.2, { cascade: {} }),
  };
}

/** What `metadata` may say: a word on an earlier answer among other things. */
function metadata(pools: Pools, rng: Rng): Json {
  return {
    ...maybe(rng, 0.5, { team: 'a' }),
    ...oneOf<Json>(rng, [
      { pointsman_decision_id: pools.pick('decision', rng), pointsman_score: String(rng.next()) },
      { pointsman_answer_id: pools.pick('answer', rng), pointsman_thumb: oneOf(rng, ['up', 'down']) },
      {},
    ]),
  };
}

/** What is called: mostly what can be. */
function modelOf(pools: Pools, isEmbedding: boolean, rng: Rng): string {
  const named = rng.next() < 0.85 ? oneOf(rng, CALLED) : pools.pick('llm', rng);
  if (isEmbedding && rng.next() < 0.9) return named;
  return oneOf(rng, ['auto', 'auto', `auto:${pools.pick('policy', rng)}`, named]);
}

/** Whether an operation calls an LLM, whose body has more to it than its schema says. */
export const isCall = ({ name }: Pick<NamedOperation, 'name'>): boolean => name in MAKERS;

/** A body as clients of the form send it. */
export function callBody({ name }: Pick<NamedOperation, 'name'>, pools: Pools, rng: Rng): Json {
  const isEmbedding = name.endsWith('/embeddings');
  return {
    model: modelOf(pools, isEmbedding, rng),
    ...MAKERS[name]!(rng, pools),
    ...(!isEmbedding && maybe(rng, 0.4, { stream: rng.next() < 0.9 })),
    ...maybe(rng, 0.15, { pointsman: options(pools, rng) }),
    ...maybe(rng, 0.1, { metadata: metadata(pools, rng) }),
  };
}

/** Headers that clients of these forms send. */
export function callHeaders(pools: Pools, rng: Rng): Record<string, string> {
  const all = {
    ...maybe(rng, 0.1, { 'x-pointsman-policy': pools.pick('policy', rng) }),
    ...maybe(rng, 0.1, { 'x-pointsman-task': 'code' }),
    ...maybe(rng, 0.05, { 'x-pointsman-dry-run': oneOf(rng, ['true', 'false', 'yes']) }),
    ...maybe(rng, 0.3, { 'x-session-id': `session-${rng.int(20)}` }),
    ...maybe(rng, 0.2, { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a,b' }),
    ...maybe(rng, 0.1, { 'x-client-request-id': 'same', traceparent: '00-0-0-00' }),
  };
  return all as Record<string, string>;
}
