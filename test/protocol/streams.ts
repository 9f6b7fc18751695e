/** Streams as providers send them, by hand after the references of their protocols. */

const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const named = (type: string, more: object = {}): string => `event: ${type}\n${data({ type, ...more })}`;

export const DONE = 'data: [DONE]\n\n';

/** A chunk of a chat; `more` goes before or instead of its own fields. */
export function chatChunk(delta: unknown, finish: string | null = null, more: object = {}): string {
  return data({
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object: 'chat.completion.chunk',
    created: 1741569952,
    model: 'gpt-5-mini-2025-08-07',
    service_tier: 'default',
    system_fingerprint: 'fp_2f406b9113',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    usage: null,
    ...more,
  });
}

export const chatUsage = {
  prompt_tokens: 1117,
  completion_tokens: 46,
  total_tokens: 1163,
  prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 12, accepted_prediction_tokens: 0 },
};

/** A chat that answers “Grüße 😀”, with usage. */
export const CHAT = [
  chatChunk({ role: 'assistant', content: '', refusal: null }),
  chatChunk({ content: 'Grüße' }),
  chatChunk({ content: ' 😀' }),
  chatChunk({}, 'stop'),
  chatChunk(undefined, null, { choices: [], usage: chatUsage }),
  DONE,
].join('');

/** A chat that calls two tools at once. */
export const CHAT_TOOLS = [
  chatChunk({
    role: 'assistant',
    content: null,
    tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } }],
  }),
  chatChunk({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
  chatChunk({ tool_calls: [{ index: 0, function: { arguments: '"Rome"}' } }] }),
  chatChunk({
    tool_calls: [{ index: 1, id: 'call_2', type: 'function', function: { name: 'get_time', arguments: '{}' } }],
  }),
  chatChunk({}, 'tool_calls'),
  DONE,
].join('');

/** A message that thinks, says “Hello!”, and calls tools, one of which takes nothing. */
export const MESSAGE = [
  named('message_start', {
    message: {
      id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5-20250929',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 25,
        cache_creation_input_tokens: 100,
        cache_read_input_tokens: 2000,
        output_tokens: 1,
      },
    },
  }),
  named('content_block_start', { index: 0, content_block: { type: 'thinking', thinking: '' } }),
  named('ping'),
  named('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } }),
  named('content_block_delta', { index: 0, delta: { type: 'signature_delta', signature: 'EqQB' } }),
  named('content_block_stop', { index: 0 }),
  named('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }),
  named('content_block_delta', { index: 1, delta: { type: 'text_delta', text: 'Hello' } }),
  named('content_block_delta', { index: 1, delta: { type: 'text_delta', text: '!' } }),
  named('content_block_stop', { index: 1 }),
  named('content_block_start', {
    index: 2,
    content_block: { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} },
  }),
  named('content_block_delta', { index: 2, delta: { type: 'input_json_delta', partial_json: '' } }),
  named('content_block_delta', { index: 2, delta: { type: 'input_json_delta', partial_json: '{"city":' } }),
  named('content_block_delta', { index: 2, delta: { type: 'input_json_delta', partial_json: '"Rome"}' } }),
  named('content_block_stop', { index: 2 }),
  named('content_block_start', {
    index: 3,
    content_block: { type: 'tool_use', id: 'toolu_2', name: 'get_time', input: {} },
  }),
  named('content_block_stop', { index: 3 }),
  named('content_block_start', {
    index: 4,
    content_block: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
  }),
  named('content_block_delta', { index: 4, delta: { type: 'input_json_delta', partial_json: '{"q":"x"}' } }),
  named('content_block_stop', { index: 4 }),
  named('message_delta', {
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { output_tokens: 89, output_tokens_details: { thinking_tokens: 7 } },
  }),
  named('message_stop'),
].join('');

/** A response as it stands at the beginning, and, with `more`, later. */
export const responseBody = (more: object = {}): Record<string, unknown> => ({
  id: 'resp_67c9fdcecf488190bdd9a0409de3a1ec07b8b0ad4e5eb654',
  object: 'response',
  created_at: 1741290958,
  status: 'in_progress',
  error: null,
  incomplete_details: null,
  instructions: 'You are a helpful assistant.',
  model: 'gpt-5-2025-08-07',
  output: [],
  usage: null,
  ...more,
});

export const responseOutput = [
  { id: 'rs_1', type: 'reasoning', summary: [] },
  {
    id: 'msg_1',
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'Hi there!', annotations: [] }],
  },
  {
    id: 'fc_1',
    type: 'function_call',
    status: 'completed',
    call_id: 'c1',
    name: 'get_weather',
    arguments: '{"city":"Rome"}',
  },
  { id: 'ctc_1', type: 'custom_tool_call', status: 'completed', call_id: 'c2', name: 'apply_patch', input: '*** "a"' },
];

export const responseUsage = {
  input_tokens: 37,
  input_tokens_details: { cached_tokens: 10, cache_write_tokens: 3 },
  output_tokens: 11,
  output_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 48,
};

/** The events of a response but its last. */
const responseEvents = [
  { type: 'response.created', response: responseBody() },
  { type: 'response.in_progress', response: responseBody() },
  { type: 'response.output_item.added', output_index: 0, item: responseOutput[0] },
  { type: 'response.output_item.done', output_index: 0, item: responseOutput[0] },
  { type: 'response.output_item.added', output_index: 1, item: { ...responseOutput[1], content: [] } },
  { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 1, content_index: 0, delta: 'Hi' },
  { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 1, content_index: 0, delta: ' there!' },
  { type: 'response.output_text.done', item_id: 'msg_1', output_index: 1, content_index: 0, text: 'Hi there!' },
  { type: 'response.output_item.added', output_index: 2, item: { ...responseOutput[2], arguments: '' } },
  { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 2, delta: '{"city":' },
  { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 2, delta: '"Rome"}' },
  { type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 2, arguments: '{"city":"Rome"}' },
  { type: 'response.output_item.added', output_index: 3, item: { ...responseOutput[3], input: '' } },
  { type: 'response.custom_tool_call_input.delta', item_id: 'ctc_1', output_index: 3, delta: '*** "a"' },
];

const numbered = (events: readonly { type: string; [name: string]: unknown }[]): string =>
  events.map(({ type, ...event }, i) => named(type, { sequence_number: i, ...event })).join('');

/** A response that was not ended. */
export const RESPONSE_BEGUN = numbered(responseEvents);

/** A response that says “Hi there!”, and calls two tools. */
export const RESPONSE = numbered([
  ...responseEvents,
  {
    type: 'response.completed',
    response: responseBody({ status: 'completed', output: responseOutput, usage: responseUsage }),
  },
]);

/** The events of a stream, as `{ event, value }`; `[DONE]` has no value. */
export function eventsOf(stream: string): { event: string | undefined; data: string; value: unknown }[] {
  return stream
    .split('\n\n')
    .filter((block) => block.includes('data: '))
    .map((block) => {
      const text = /^data: (.*)$/m.exec(block)![1]!;
      const event = /^event: (.*)$/m.exec(block)?.[1];
      return { event, data: text, value: text.startsWith('{') ? (JSON.parse(text) as unknown) : undefined };
    });
}
