import { isObject } from '../../base/object.js';
import type { JsonObject, TokenUsage } from '../types.js';
import { listOf, objectOf, textOf } from './json.js';
import { usageOfChat } from './usage.js';

/** A part of a call of a tool, as one chunk has it. */
export interface CallPart {
  /** Undefined where the provider leaves it out. */
  index: number | undefined;
  id: string;
  name: string;
  arguments: string;
}

/** What one chat chunk says, or a whole chat completion. Of several choices the first counts. */
export interface Chunk {
  id: string;
  model: string;
  /** Seconds since the Unix epoch; 0 where nothing is said. */
  created: number;
  text: string;
  refusal: string;
  calls: readonly CallPart[];
  finish: string | null;
  stopSequence: string | null;
  usage: TokenUsage | null;
  logprobs: readonly unknown[];
}

/** Mistral's LLMs that think answer in parts. */
function contentOf(content: unknown): string {
  if (!Array.isArray(content)) return textOf(content);
  return content.map((part) => (isObject(part) && part['type'] === 'text' ? textOf(part['text']) : '')).join('');
}

function callOf(value: unknown): CallPart {
  const call = objectOf(value);
  const made = objectOf(call['function']);
  const args = made['arguments'];
  return {
    index: typeof call['index'] === 'number' ? call['index'] : undefined,
    id: textOf(call['id']),
    name: textOf(made['name']),
    arguments: isObject(args) ? JSON.stringify(args) : textOf(args),
  };
}

export function readChunk(said: JsonObject): Chunk {
  const choices = listOf(said['choices']);
  const choice = objectOf(choices.find((one) => objectOf(one)['index'] === 0) ?? choices[0]);
  const delta = objectOf(choice['delta'] ?? choice['message']);
  return {
    id: textOf(said['id']),
    model: textOf(said['model']),
    created: typeof said['created'] === 'number' ? said['created'] : 0,
    text: contentOf(delta['content']),
    refusal: textOf(delta['refusal']),
    calls: listOf(delta['tool_calls']).map(callOf),
    finish: textOf(choice['finish_reason']) || null,
    stopSequence: textOf(choice['stop_reason']) || null,
    usage: usageOfChat(said['usage']),
    logprobs: listOf(objectOf(choice['logprobs'])['content']),
  };
}

/** A call of a tool as it grows. */
export interface Growing {
  id: string;
  name: string;
  arguments: string;
}

/** Puts parts of calls together. */
export interface Calls {
  readonly all: readonly Growing[];
  /** The call that a part belongs to, with the part's arguments added. `answer` makes the id of one that has none. */
  add(part: CallPart, answer: string): { call: Growing; isNew: boolean };
}

/**
 * Calls by index. Some providers leave the index out, or give each call the same: a part with another id than the call
 * of its index has begins a new one.
 */
export function growingCalls(): Calls {
  const all: Growing[] = [];
  const byIndex = new Map<number, Growing>();
  return {
    all,
    add(part, answer) {
      const known = part.index === undefined ? all.at(-1) : byIndex.get(part.index);
      const other = part.id !== '' && part.name !== '' && known?.id !== part.id;
      if (known !== undefined && !other) {
        known.arguments += part.arguments;
        return { call: known, isNew: false };
      }
      const id = part.id || `call_${answer.replace(/[^\w-]/g, '_')}_${all.length}`;
      const call = { id, name: part.name, arguments: part.arguments };
      all.push(call);
      if (part.index !== undefined) byIndex.set(part.index, call);
      return { call, isNew: true };
    },
  };
}
