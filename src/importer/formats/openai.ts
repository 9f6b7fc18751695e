import { countOf, errorOf, numberOf, objectOf, taskOf, textOf, timeOf } from './fields.js';
import { promptIn } from './prompt.js';
import { RowError, type LogFormat, type ReadContext, type Row, type Told } from './types.js';

/** What an answer of OpenAI's says of itself: LLM and tokens, of chat completions and of responses. */
function usageIn(body: Row): Row {
  const usage = objectOf(body, 'usage');
  return {
    model: textOf(body, 'model'),
    prompt_tokens: countOf(usage, 'prompt_tokens', 'input_tokens'),
    completion_tokens: countOf(usage, 'completion_tokens', 'output_tokens'),
  };
}

/** Task and score that metadata names. */
function fromMetadata(
  row: Row,
  { scaled }: Pick<ReadContext, 'scaled'>,
): { task?: string | undefined; score?: number } {
  const metadata = objectOf(row, 'metadata');
  const score = numberOf(metadata, 'score', 'rating');
  const name = metadata['score'] === undefined ? 'rating' : 'score';
  return { task: taskOf(metadata['task']), ...(score !== undefined && { score: scaled(name, score) }) };
}

/** Chat completions that OpenAI stores, and responses, with their messages where the file has them. */
export const openaiStored: LogFormat = {
  name: 'openai-stored-completions',
  title: 'OpenAI stored completions',
  columns: [
    ['id', 'id'],
    ['created, created_at', 'at'],
    ['model', 'model'],
    ['messages, input', 'query'],
    ['usage.prompt_tokens, usage.input_tokens', 'prompt_tokens'],
    ['usage.completion_tokens, usage.output_tokens', 'completion_tokens'],
    ['error', 'error'],
    ['metadata.task', 'task'],
    ['metadata.score', 'score'],
  ],
  fits: (row) => (row['object'] === 'chat.completion' || row['object'] === 'response') && 'id' in row,
  read: (row, context) => ({
    id: textOf(row, 'id'),
    told: [
      {
        kind: 'interaction',
        value: {
          ...usageIn(row),
          query: promptIn(row['messages'] ?? row['input']),
          ...fromMetadata(row, context),
          at: timeOf(row, 'created', 'created_at'),
          error: errorOf(row['error']),
        },
      },
    ],
  }),
};

const keyOf = (id: string): string => `openai batch ${id}`;

/** Requests of a batch of OpenAI's: their answers stand in another file. */
export const openaiBatchInput: LogFormat = {
  name: 'openai-batch-input',
  title: 'OpenAI batch requests',
  first: true,
  columns: [
    ['custom_id', 'joined with the batch’s output'],
    ['body.messages, body.input', 'query'],
    ['body.model', 'model'],
  ],
  fits: (row) => 'custom_id' in row && 'body' in row && 'url' in row,
  read(row, context) {
    const body = objectOf(row, 'body');
    const id = textOf(row, 'custom_id');
    if (id !== undefined)
      context.keep(keyOf(id), {
        query: promptIn(body['messages'] ?? body['input'] ?? body['prompt']),
        model: body['model'],
        ...fromMetadata(body, context),
      });
    return { told: [] };
  },
};

/** Answers of a batch of OpenAI's, in no order: each names its request. */
export const openaiBatchOutput: LogFormat = {
  name: 'openai-batch-output',
  title: 'OpenAI batch answers',
  columns: [
    ['id', 'id'],
    ['custom_id', 'query, by the request of that id'],
    ['response.body.model', 'model'],
    ['response.body.usage', 'prompt_tokens, completion_tokens'],
    ['response.body.created', 'at'],
    ['error, response.status_code', 'error'],
  ],
  fits: (row) => 'custom_id' in row && 'response' in row,
  read(row, { kept, llm }) {
    const response = objectOf(row, 'response');
    const body = objectOf(response, 'body');
    const custom = textOf(row, 'custom_id');
    const requests = custom === undefined ? [] : (kept(keyOf(custom)) as Row[]);
    if (requests.length > 1)
      throw new RowError(
        'custom_id',
        'an id of one request (import each batch by itself)',
        `${JSON.stringify(custom)} of ${requests.length} requests`,
      );
    const request = requests[0] ?? {};
    const status = numberOf(response, 'status_code') ?? 200;
    const failed = errorOf(row['error'] ?? (status >= 400 ? (body['error'] ?? `HTTP ${status}`) : undefined));
    const usage = usageIn(body);
    const told: Told[] = [
      {
        kind: 'interaction',
        value: {
          ...request,
          ...usage,
          model: llm === 'asked' ? (request['model'] ?? usage['model']) : (usage['model'] ?? request['model']),
          at: timeOf(body, 'created', 'created_at'),
          error: failed,
        },
      },
    ];
    return { id: textOf(row, 'id') ?? custom, told };
  },
};
