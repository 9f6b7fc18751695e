import { between, countOf, errorOf, numberOf, objectOf, taskOf, textOf, timeOf, valueOf } from './fields.js';
import { promptIn } from './prompt.js';
import type { LogFormat, Row } from './types.js';

/** The first tag that is none of LiteLLM's own. */
function tagIn(row: Row): string | undefined {
  const tags = valueOf(row, 'request_tags');
  const own = Array.isArray(tags)
    ? tags.find((tag) => typeof tag === 'string' && !tag.startsWith('User-Agent:'))
    : undefined;
  return taskOf(own);
}

/** Calls of LiteLLM's that no LLM answers in text. */
const OTHER_CALLS = /embed|image|speech|transcription|rerank|moderation|search/i;

/** LiteLLM's spend logs, as `LiteLLM_SpendLogs` has them (litellm 1.80). They have no scores, and seldom texts. */
export const litellm: LogFormat = {
  name: 'litellm-spend-logs',
  title: 'LiteLLM spend logs',
  columns: [
    ['request_id', 'id'],
    ['startTime', 'at'],
    ['model_group, model', 'model'],
    ['messages, proxy_server_request', 'query'],
    ['prompt_tokens', 'prompt_tokens'],
    ['completion_tokens', 'completion_tokens'],
    ['spend', 'cost_usd'],
    ['request_duration_ms, endTime − startTime', 'latency_ms'],
    ['status', 'error'],
    ['request_tags', 'task'],
  ],
  fits: (row) => 'request_id' in row && 'spend' in row && ('model_group' in row || 'startTime' in row),
  read(row, { llm }) {
    if (OTHER_CALLS.test(textOf(row, 'call_type') ?? '')) return null;
    const cached = textOf(row, 'cache_hit')?.toLowerCase() === 'true';
    const [asked, answered] = [textOf(row, 'model_group'), textOf(row, 'model')];
    const failed = /fail|error/i.test(textOf(row, 'status') ?? '');
    const request = objectOf(row, 'proxy_server_request');
    const metadata = objectOf(row, 'metadata');
    const spend = numberOf(row, 'spend');
    return {
      id: textOf(row, 'request_id'),
      told: [
        {
          kind: 'interaction',
          value: {
            query: promptIn(valueOf(row, 'messages')) ?? promptIn(request['body'] ?? request),
            model: llm === 'answered' ? (answered ?? asked) : (asked ?? answered),
            task: tagIn(row),
            at: timeOf(row, 'startTime'),
            prompt_tokens: countOf(row, 'prompt_tokens'),
            completion_tokens: failed ? undefined : countOf(row, 'completion_tokens'),
            // What failed is logged at no cost; what was cached tells neither cost nor latency.
            cost_usd: cached || (failed && spend === 0) ? undefined : spend,
            latency_ms: cached
              ? undefined
              : (numberOf(row, 'request_duration_ms') ?? between(row, 'startTime', 'endTime')),
            error: failed ? (errorOf(metadata['error_information'] ?? metadata['error']) ?? 'failed') : undefined,
          },
        },
      ],
    };
  },
};
