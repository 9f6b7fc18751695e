import type { JsonObject } from '../../types.js';
import { given, isNothing, listAt, objectAt, objectOf, refused, textAt } from '../json.js';

/** `tools` and `tool_choice` of Anthropic's form; empty where no tool is there. */
export interface Tools {
  tools?: JsonObject[];
  tool_choice?: JsonObject;
}

function toolOf(value: unknown, field: string): JsonObject {
  const tool = objectAt(field, value);
  if (tool['type'] !== 'function')
    throw refused(`${field}.type`, 'function, as the provider knows no other tools', tool['type']);
  const made = objectAt(`${field}.function`, tool['function']);
  return given({
    name: textAt(`${field}.function.name`, made['name']),
    description: typeof made['description'] === 'string' ? made['description'] : undefined,
    input_schema: { type: 'object', properties: {}, ...objectOf(made['parameters']) },
    cache_control: tool['cache_control'] ?? undefined,
  });
}

/** A tool that was called earlier, and is no longer offered: Anthropic wants to know tools whose calls it reads. */
const formerTool = (name: string): JsonObject => ({ name, input_schema: { type: 'object', properties: {} } });

/** Names of the tools that `allowed_tools` leaves. */
function allowedIn(choice: JsonObject, field: string): Set<string> {
  return new Set(
    listAt(`${field}.tools`, choice['tools']).map((one, i) => {
      const at = `${field}.tools[${i}]`;
      const tool = objectAt(at, one);
      if (tool['type'] !== 'function') throw refused(`${at}.type`, 'function', tool['type']);
      return textAt(`${at}.function.name`, objectOf(tool['function'])['name']);
    }),
  );
}

function choiceOf(value: unknown): { type: string; name?: string; allowed?: Set<string> } | undefined {
  if (isNothing(value)) return undefined;
  if (value === 'auto' || value === 'none') return { type: value };
  if (value === 'required') return { type: 'any' };
  const choice = typeof value === 'object' ? objectAt('tool_choice', value) : {};
  if (choice['type'] === 'function')
    return { type: 'tool', name: textAt('tool_choice.function.name', objectOf(choice['function'])['name']) };
  if (choice['type'] === 'allowed_tools') {
    const field = 'tool_choice.allowed_tools';
    const allowed = objectAt(field, choice['allowed_tools']);
    return { type: allowed['mode'] === 'required' ? 'any' : 'auto', allowed: allowedIn(allowed, field) };
  }
  throw refused('tool_choice', 'auto, none, required, a function or allowed_tools', value);
}

/** The tools of a chat request. `strict` is dropped: Anthropic's grammar takes fewer schemas than OpenAI's. */
export function toolsOf(body: JsonObject, called: ReadonlySet<string>): Tools {
  const offered = listAt('tools', body['tools']).map((tool, i) => toolOf(tool, `tools[${i}]`));
  if (offered.length === 0)
    return called.size === 0 ? {} : { tools: Array.from(called, formerTool), tool_choice: { type: 'none' } };
  const { allowed, ...choice } = choiceOf(body['tool_choice']) ?? { type: '' };
  const tools = allowed === undefined ? offered : offered.filter((tool) => allowed.has(String(tool['name'])));
  if (tools.length === 0) throw refused('tool_choice.allowed_tools.tools', 'names of tools', body['tool_choice']);
  const single = body['parallel_tool_calls'] === false && choice.type !== 'none';
  if (choice.type === '' && !single) return { tools };
  return {
    tools,
    tool_choice: { ...choice, type: choice.type || 'auto', ...(single ? { disable_parallel_tool_use: true } : {}) },
  };
}
