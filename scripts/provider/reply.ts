import { createRng, type Rng } from '../../src/base/rng.js';
import type { Behaviour, Fault } from './behaviour.js';
import { instanceOf } from './instance.js';
import { tokensOf } from './read.js';
import type { Asked, Reply, ReplyTool } from './types.js';
import { piecesOf, wordsOf } from './words.js';

/** What an LLM answers of its own: a text, or parts of an answer; undefined leaves it to the seed. */
export interface OwnAnswer {
  text?: string;
  refusal?: string;
  /** Calls of tools; none where it is empty. */
  toolCalls?: readonly { name: string; arguments: string }[];
}
export type AnswerHook = (model: string, query: string, asked: Asked) => string | OwnAnswer | undefined;

export interface ReplyParts {
  seed: number;
  /** Of the call, from 0 on: ids differ by it, and nothing else does. */
  number: number;
  /** Seconds since the epoch. */
  created: number;
  behaviour: Behaviour;
  fault: Fault | null;
  answer: AnswerHook | undefined;
}

/** Text of an answer: the same for the same seed, LLM and last message of the user. */
export function textFor(
  seed: number,
  model: string,
  query: string,
  { words, quality }: Partial<Behaviour> = {},
): string {
  const rng = createRng(seed).fork(`${model}\n${query}`);
  const verdict = quality === undefined ? '' : rng.next() < quality ? 'Right. ' : 'Wrong. ';
  return verdict + wordsOf(rng, words ?? 8 + rng.int(33));
}

function toolsFor(asked: Asked, count: number, rng: Rng): { name: string; arguments: string }[] {
  const { tools, toolChoice, toolResults } = asked;
  const named = typeof toolChoice === 'object' ? tools.filter(({ name }) => name === toolChoice.name) : tools;
  if (toolChoice === 'none' || toolResults.length > 0) return [];
  return named
    .slice(0, count)
    .map(({ name, parameters }) => ({ name, arguments: JSON.stringify(instanceOf(parameters, rng)) }));
}

const micros = (): string => `@${process.hrtime.bigint() / 1000n};`;

/** What a call is answered. */
export function replyTo(asked: Asked, { seed, number, created, behaviour, fault, answer }: ReplyParts): Reply {
  const { model, query, schema, maxTokens } = asked;
  const rng = createRng(seed).fork(`${model}\n${query}`);
  const id = `${rng
    .fork(String(number))
    .int(2 ** 32)
    .toString(36)}x${number}`;
  const given = answer?.(model, query, asked);
  const own: OwnAnswer = typeof given === 'string' ? { text: given, toolCalls: [] } : (given ?? {});
  const refusal = own.refusal ?? '';
  const called =
    own.toolCalls ?? (own.text === undefined ? toolsFor(asked, behaviour.toolCalls, rng.fork('tools')) : []);
  const toolCalls: ReplyTool[] = called.map((call, i) => ({ id: `${id}t${i}`, ...call }));
  const seeded = (): string => {
    if (toolCalls.length > 0 || refusal !== '') return '';
    if (schema !== null) return JSON.stringify(instanceOf(schema, rng.fork('schema')));
    return [...asked.toolResults, textFor(seed, model, query, behaviour)].join(' ');
  };
  const whole = own.text ?? seeded();
  const cut = maxTokens !== null && tokensOf(whole) > maxTokens;
  const text = cut ? whole.slice(0, maxTokens * 4) : whole;
  const written =
    tokensOf(text) + tokensOf(refusal) + toolCalls.reduce((sum, call) => sum + tokensOf(call.arguments) + 8, 0);
  const { chunks, stamped } = behaviour;
  const usual = text === '' ? [] : piecesOf(text, chunks);
  return {
    id,
    created,
    *pieces() {
      for (const [i, piece] of usual.entries()) {
        if (fault?.kind === 'huge' && i === Math.min(fault.after, usual.length - 1)) yield 'x'.repeat(fault.bytes);
        yield stamped ? micros() : piece;
      }
    },
    refusal,
    toolCalls,
    finish: refusal !== '' ? 'refusal' : toolCalls.length > 0 ? 'tool_calls' : cut ? 'length' : 'stop',
    usage: {
      prompt: asked.promptTokens,
      completion: written,
      cached: 0,
      cacheWritten: 0,
      reasoning: 0,
      ...behaviour.usage,
    },
  };
}

/** Pieces that a text or a tool's arguments come in. */
export const argumentPieces = ({ arguments: json }: ReplyTool): string[] => piecesOf(json, Math.min(4, json.length));
