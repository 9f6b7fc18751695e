import type { JsonObject } from '../../types.js';
import { CHAT_REFUSED, refuseFields } from '../fields.js';
import { grammarOf } from '../json-schema.js';
import { given, isNothing, objectAt, refused, textAt } from '../json.js';
import { claudeOf, type Claude } from '../models.js';
import { userOf } from '../user.js';
import { conversationOf } from './conversation.js';
import { toolsOf } from './tools.js';

/**
 * What the LLM is told for `json_object`: Anthropic's `output_config.format` wants a schema, and takes none for just
 * any object. OpenAI, too, wants the prompt to ask for JSON.
 */
export const JSON_ONLY = 'Answer with one JSON object and nothing else: no text around it, no code fence.';

/** `output_config.format`, or an instruction. */
function formatOf(value: unknown): { format?: JsonObject; instruction?: string } {
  if (isNothing(value)) return {};
  const format = objectAt('response_format', value);
  switch (format['type']) {
    case 'text':
      return {};
    case 'json_object':
      return { instruction: JSON_ONLY };
    case 'json_schema': {
      const named = objectAt('response_format.json_schema', format['json_schema']);
      const field = 'response_format.json_schema.schema';
      return { format: { type: 'json_schema', schema: grammarOf(objectAt(field, named['schema']), field) } };
    }
    default:
      throw refused('response_format.type', 'text, json_object or json_schema', format['type']);
  }
}

/** Each effort of OpenAI's as Anthropic's; `none` and `minimal` are the lowest that there is. */
function effortOf(effort: unknown, claude: Claude): string | undefined {
  if (claude.effort === null || isNothing(effort)) return undefined;
  if (effort === 'none' || effort === 'minimal') return 'low';
  return effort === 'xhigh' || effort === 'max' ? claude.effort : String(effort);
}

/** Anthropic refuses `temperature` above 1, and some of its LLMs `top_p` beside it, or both. */
function samplingOf(body: JsonObject, allowed: boolean): JsonObject {
  const { temperature, top_p: topP } = body;
  if (!allowed) return {};
  if (typeof temperature === 'number') return { temperature: Math.min(1, temperature) };
  return typeof topP === 'number' ? { top_p: topP } : {};
}

/** Anthropic refuses stop sequences of white space alone. */
function stopsOf(stop: unknown): readonly string[] | undefined {
  if (isNothing(stop)) return undefined;
  const stops = Array.isArray(stop) ? stop.map((one, i) => textAt(`stop[${i}]`, one)) : [textAt('stop', stop)];
  for (const [i, one] of stops.entries())
    if (one.trim() === '')
      throw refused(`stop[${i}]`, 'more than white space, as the provider takes no such stop', one);
  return stops.length === 0 ? undefined : stops;
}

/** One text where nothing else stands beside it, as every provider takes it. */
function systemOf(blocks: JsonObject[]): unknown {
  if (blocks.length === 0) return undefined;
  const [only] = blocks;
  return blocks.length === 1 && only?.['cache_control'] === undefined ? only?.['text'] : blocks;
}

/** A chat request as one of Anthropic's messages. Throws `invalid_request`, by the tables of `fields.ts`. */
export function messagesRequest(body: JsonObject): JsonObject {
  refuseFields(body, CHAT_REFUSED);
  const claude = claudeOf(body['model']);
  const { format, instruction } = formatOf(body['response_format']);
  const { system, messages, called } = conversationOf(body['messages']);
  if (instruction !== undefined) system.push({ type: 'text', text: instruction });
  const tools = toolsOf(body, called);
  const effort = effortOf(body['reasoning_effort'], claude);
  // Thinking and a forced call exclude each other.
  const forced = ['any', 'tool'].includes(String(tools.tool_choice?.['type']));
  const thinks = effort !== undefined && claude.adaptive && !forced && body['reasoning_effort'] !== 'none';
  const user = userOf(body['user'], body['safety_identifier']);
  return given({
    model: body['model'],
    max_tokens: body['max_completion_tokens'] ?? body['max_tokens'] ?? claude.maxTokens,
    system: systemOf(system),
    messages,
    ...tools,
    stop_sequences: stopsOf(body['stop']),
    ...samplingOf(body, claude.sampling && !thinks),
    thinking: thinks ? { type: 'adaptive' } : undefined,
    output_config: format || effort ? given({ effort, format }) : undefined,
    metadata: user === undefined ? undefined : { user_id: user },
    stream: typeof body['stream'] === 'boolean' ? body['stream'] : undefined,
  });
}
