import type { JsonObject } from '../../types.js';
import { RESPONSES_REFUSED, refuseFields } from '../fields.js';
import { given, isNothing, listAt, listOf, objectAt, objectOf, refused, textAt } from '../json.js';
import { chatLlmOf } from '../models.js';
import { userOf } from '../user.js';
import { chatMessagesOf } from './input.js';

function toolOf(value: unknown, field: string): JsonObject {
  const tool = objectAt(field, value);
  if (tool['type'] !== 'function')
    throw refused(`${field}.type`, 'function, as the provider has no tools of its own', tool['type']);
  return {
    type: 'function',
    function: given({
      name: textAt(`${field}.name`, tool['name']),
      description: typeof tool['description'] === 'string' ? tool['description'] : undefined,
      parameters: tool['parameters'] ?? undefined,
      strict: typeof tool['strict'] === 'boolean' ? tool['strict'] : undefined,
    }),
  };
}

/** `tool_choice`, and the names of those that `allowed_tools` leaves: not every provider knows it, so others go. */
function choiceOf(value: unknown): { choice: unknown; allowed?: ReadonlySet<string> } {
  if (isNothing(value) || typeof value === 'string') return { choice: value ?? undefined };
  const choice = objectAt('tool_choice', value);
  switch (choice['type']) {
    case 'function':
      return { choice: { type: 'function', function: { name: textAt('tool_choice.name', choice['name']) } } };
    case 'allowed_tools': {
      const names = listAt('tool_choice.tools', choice['tools']).map((tool, i) => {
        const { type, name } = objectAt(`tool_choice.tools[${i}]`, tool);
        if (type !== 'function') throw refused(`tool_choice.tools[${i}].type`, 'function', type);
        return textAt(`tool_choice.tools[${i}].name`, name);
      });
      return { choice: choice['mode'] === 'required' ? 'required' : 'auto', allowed: new Set(names) };
    }
    default:
      throw refused('tool_choice.type', 'function or allowed_tools', choice['type']);
  }
}

function toolsOf(body: JsonObject): JsonObject {
  const offered = listAt('tools', body['tools']).map((tool, i) => toolOf(tool, `tools[${i}]`));
  if (offered.length === 0) return {};
  const { choice, allowed } = choiceOf(body['tool_choice']);
  const tools = offered.filter((tool) => allowed?.has(String(objectOf(tool['function'])['name'])) ?? true);
  if (tools.length === 0) throw refused('tool_choice.tools', 'names of tools', body['tool_choice']);
  return given({ tools, tool_choice: choice, parallel_tool_calls: body['parallel_tool_calls'] ?? undefined });
}

function formatOf(text: unknown): unknown {
  const format = objectOf(text)['format'];
  if (isNothing(format)) return undefined;
  const { type, name, schema, strict, description } = objectAt('text.format', format);
  switch (type) {
    case 'text':
      return undefined;
    case 'json_object':
      return { type };
    case 'json_schema':
      return {
        type,
        json_schema: given({ name, schema, strict: strict ?? undefined, description: description ?? undefined }),
      };
    default:
      throw refused('text.format.type', 'text, json_object or json_schema', type);
  }
}

/** Log probabilities are asked for by `include`, by `top_logprobs`, or by both. */
function logprobsOf(body: JsonObject): JsonObject {
  const top = body['top_logprobs'];
  const some = typeof top === 'number' && top > 0;
  if (!some && !listOf(body['include']).includes('message.output_text.logprobs')) return {};
  return { logprobs: true, ...(some ? { top_logprobs: top } : {}) };
}

/** A request of OpenAI's responses as a chat request. Throws `invalid_request`, by the tables of `fields.ts`. */
export function chatRequest(body: JsonObject): JsonObject {
  refuseFields(body, RESPONSES_REFUSED);
  const llm = chatLlmOf(body['model']);
  return given({
    model: body['model'],
    messages: chatMessagesOf(body),
    [llm.maxTokens]: body['max_output_tokens'] ?? undefined,
    ...toolsOf(body),
    response_format: formatOf(body['text']),
    ...logprobsOf(body),
    temperature: llm.sampling ? (body['temperature'] ?? undefined) : undefined,
    top_p: llm.sampling ? (body['top_p'] ?? undefined) : undefined,
    reasoning_effort: llm.effort ? (objectOf(body['reasoning'])['effort'] ?? undefined) : undefined,
    user: userOf(body['user'], body['safety_identifier']),
    stream: typeof body['stream'] === 'boolean' ? body['stream'] : undefined,
    stream_options: body['stream'] === true ? { include_usage: true } : undefined,
  });
}

/** Fields of a chat request as they are called in one of responses. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^messages\b.*$/, 'input'],
  [/^response_format\.json_schema\b/, 'text.format'],
  [/^response_format\b/, 'text.format'],
  [/^logprobs$/, 'include'],
  [/^tool_choice\.allowed_tools\b/, 'tool_choice'],
  [/^reasoning_effort$/, 'reasoning.effort'],
];

export function fieldOfResponses(name: string): string {
  const known = NAMES.find(([pattern]) => pattern.test(name));
  return known === undefined ? name : name.replace(known[0], known[1]);
}
