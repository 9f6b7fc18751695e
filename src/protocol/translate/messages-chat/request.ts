import type { JsonObject } from '../../types.js';
import { MESSAGES_REFUSED, refuseFields } from '../fields.js';
import { fitsStrict } from '../json-schema.js';
import { given, isNothing, listAt, listOf, objectAt, objectOf, refused, textAt } from '../json.js';
import { chatLlmOf } from '../models.js';
import { userOf } from '../user.js';
import { chatMessagesOf } from './conversation.js';

function toolOf(value: unknown, field: string): JsonObject {
  const tool = objectAt(field, value);
  if (!isNothing(tool['type']) && tool['type'] !== 'custom')
    throw refused(`${field}.type`, 'custom, as the provider has no tools of its own', tool['type']);
  const schema = objectAt(`${field}.input_schema`, tool['input_schema']);
  return {
    type: 'function',
    function: given({
      name: textAt(`${field}.name`, tool['name']),
      description: typeof tool['description'] === 'string' ? tool['description'] : undefined,
      parameters: schema,
      strict: tool['strict'] === true && fitsStrict(schema) ? true : undefined,
    }),
  };
}

function choiceOf(value: unknown): unknown {
  if (isNothing(value)) return undefined;
  const choice = objectAt('tool_choice', value);
  switch (choice['type']) {
    case 'auto':
    case 'none':
      return choice['type'];
    case 'any':
      return 'required';
    case 'tool':
      return { type: 'function', function: { name: textAt('tool_choice.name', choice['name']) } };
    default:
      throw refused('tool_choice.type', 'auto, any, tool or none', choice['type']);
  }
}

function toolsOf(body: JsonObject): JsonObject {
  const tools = listAt('tools', body['tools']).map((tool, i) => toolOf(tool, `tools[${i}]`));
  if (tools.length === 0) return {};
  const single = objectOf(body['tool_choice'])['disable_parallel_tool_use'] === true;
  return given({
    tools,
    tool_choice: choiceOf(body['tool_choice']),
    parallel_tool_calls: single ? false : undefined,
  });
}

/** The name of the schema, which OpenAI's form wants and Anthropic's doesn't have. */
const SCHEMA_NAME = 'answer';

function formatOf(body: JsonObject): unknown {
  const format = objectOf(body['output_config'])['format'] ?? body['output_format'];
  if (isNothing(format)) return undefined;
  const { type, schema } = objectAt('output_config.format', format);
  if (type !== 'json_schema') throw refused('output_config.format.type', 'json_schema', type);
  const strict = fitsStrict(schema) ? true : undefined;
  return { type: 'json_schema', json_schema: given({ name: SCHEMA_NAME, schema, strict }) };
}

/** From how many tokens of thinking an effort is at least medium, or high. */
const MEDIUM_BUDGET = 4096;
const HIGH_BUDGET = 16_384;

/** `output_config.effort`, or what a budget of thinking comes to. OpenAI's form has nothing above `high` for all. */
function effortOf(body: JsonObject): string | undefined {
  const effort = objectOf(body['output_config'])['effort'];
  if (typeof effort === 'string') return effort === 'xhigh' || effort === 'max' ? 'high' : effort;
  const thinking = objectOf(body['thinking']);
  const budget = thinking['budget_tokens'];
  if (thinking['type'] !== 'enabled' || typeof budget !== 'number') return undefined;
  return budget < MEDIUM_BUDGET ? 'low' : budget < HIGH_BUDGET ? 'medium' : 'high';
}

/** A request of Anthropic's messages as a chat request. Throws `invalid_request`, by the tables of `fields.ts`. */
export function chatRequest(body: JsonObject): JsonObject {
  refuseFields(body, MESSAGES_REFUSED);
  const llm = chatLlmOf(body['model']);
  const stops = listOf(body['stop_sequences']);
  return given({
    model: body['model'],
    messages: chatMessagesOf(body),
    [llm.maxTokens]: body['max_tokens'] ?? undefined,
    ...toolsOf(body),
    response_format: formatOf(body),
    stop: stops.length > 0 ? stops : undefined,
    temperature: llm.sampling ? (body['temperature'] ?? undefined) : undefined,
    top_p: llm.sampling ? (body['top_p'] ?? undefined) : undefined,
    reasoning_effort: llm.effort ? effortOf(body) : undefined,
    user: userOf(objectOf(body['metadata'])['user_id']),
    stream: typeof body['stream'] === 'boolean' ? body['stream'] : undefined,
    stream_options: body['stream'] === true ? { include_usage: true } : undefined,
  });
}
