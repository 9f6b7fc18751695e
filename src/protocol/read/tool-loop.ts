import { isObject } from '../../base/object.js';
import type { ToolLoop } from '../types.js';
import { canonicalJson } from './json.js';

/** One step of a conversation, as it is walked from its end backwards: answers without calls are none. */
export type Step =
  | { kind: 'result'; id: string; failed: boolean | (() => boolean) }
  | { kind: 'call'; id: string; name: string; arguments: string }
  /** The user says something: what was before is another loop. */
  | { kind: 'said' };

interface Turn {
  calls: { id: string; name: string; arguments: string }[];
  /** Whether each result was a failure, by the id of its call, last first. */
  results: Map<string, boolean>;
}

/** Most answers that are looked back at. */
const MAX_TURNS = 32;
/** Longest result that is looked into. */
const MAX_RESULT_CHARS = 100_000;
/** What a result that is JSON has to say that it is a failure; a cheap look before it is parsed. */
const MAY_FAIL = /"(?:error|isError|is_error|success|ok)"\s*:/;

/**
 * Whether the text of a result says that the tool failed, where the form has no field for it: it is an object of JSON
 * with `error` (not null, false or empty), `isError` or `is_error: true` (as MCP has it), `success: false` or
 * `ok: false`. What is written in words is not looked at, as it is of any language.
 */
export function saysFailed(text: string): boolean {
  if (text.length > MAX_RESULT_CHARS || !text.trimStart().startsWith('{') || !MAY_FAIL.test(text)) return false;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return false;
    const { error, isError, is_error: flag, success, ok } = value;
    return Boolean(error) || isError === true || flag === true || success === false || ok === false;
  } catch {
    return false;
  }
}

/** Turns of the loop at the end of a conversation, last first; empty where no result stands there. */
function* turnsOf(steps: Iterable<Step>): Generator<Turn> {
  let turn: Turn = { calls: [], results: new Map() };
  for (const step of steps) {
    if (step.kind === 'said') break;
    if (step.kind === 'call') {
      // A call that nothing came for ends no loop.
      if (turn.results.size === 0) return;
      turn.calls.unshift({ id: step.id, name: step.name, arguments: canonicalJson(step.arguments) });
      continue;
    }
    if (turn.calls.length > 0) {
      yield turn;
      turn = { calls: [], results: new Map() };
    }
    turn.results.set(step.id, typeof step.failed === 'boolean' ? step.failed : step.failed());
  }
  if (turn.results.size > 0) yield turn;
}

/** The same for turns with the same calls, in whichever order they stand. */
const callsKey = ({ calls }: Turn): string =>
  JSON.stringify(calls.map((call) => `${call.name}\n${call.arguments}`).toSorted());

/** The loop of tools that a conversation ends with, by its steps, last first; null where it ends with no result. */
export function toolLoopOf(steps: Iterable<Step>): ToolLoop | null {
  let last: Turn | undefined;
  let key = '';
  let repeats = 1;
  let failures = 0;
  let isSame = true;
  let isFailing = true;
  let looked = 0;
  for (const turn of turnsOf(steps)) {
    if (last === undefined) {
      last = turn;
      key = callsKey(turn);
    } else {
      isSame &&= turn.calls.length > 0 && callsKey(turn) === key;
      if (isSame) repeats++;
    }
    for (const failed of turn.results.values()) {
      isFailing &&= failed;
      if (isFailing) failures++;
    }
    if ((!isSame && !isFailing) || ++looked === MAX_TURNS) break;
  }
  if (last === undefined) return null;
  const { results } = last;
  const calls = last.calls.map(({ id, name, arguments: given }) => ({
    name,
    arguments: given,
    failed: results.get(id) ?? false,
  }));
  return { calls, repeats, failures };
}
