import { isObject } from '../../base/object.js';
import type { AnswerFacts, Finish, JsonObject, TokenUsage } from '../types.js';

/** Most characters that are kept of an answer's text, and of its refusal; what comes after them is not looked at. */
export const MAX_KEPT_CHARS = 200_000;
/** Most characters that are kept of the arguments of all its tool calls: files are written by such calls. */
export const MAX_ARGUMENT_CHARS = 1_000_000;
/** Most tool calls of an answer that are kept. */
const MAX_CALLS = 1000;

const joined = (kept: string, more: string, most: number): string =>
  kept.length + more.length <= most ? kept + more : kept + more.slice(0, most - kept.length);

export const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const objectOf = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined);
/** Whether a body, or the data of an event, tells of an error, as an object or in words. */
export const hasError = ({ error }: JsonObject): boolean => error !== undefined && error !== null;
/** A count of tokens; 0 for what is none. */
export const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

/** What has been seen of an answer so far. */
export class AnswerDraft {
  id: string | null = null;
  finish: Finish | null = null;
  usage: TokenUsage | null = null;
  error: { type: string; message: string } | null = null;
  complete = false;
  #text = '';
  #refusal = '';
  #argumentChars = 0;
  readonly #calls = new Map<string | number, { name: string; arguments: string; isText: boolean }>();

  takeId(id: unknown): void {
    if (typeof id === 'string' && id !== '') this.id ??= id;
  }

  addText(more: unknown): void {
    if (typeof more === 'string' && this.#text.length < MAX_KEPT_CHARS)
      this.#text = joined(this.#text, more, MAX_KEPT_CHARS);
  }

  addRefusal(more: unknown): void {
    if (typeof more === 'string' && this.#refusal.length < MAX_KEPT_CHARS)
      this.#refusal = joined(this.#refusal, more, MAX_KEPT_CHARS);
  }

  /**
   * Adds to the name and the arguments of the call that `key` names. What a custom tool gets may be any text: with
   * `isText` that text becomes a string of JSON, so that arguments always are JSON where they are as they should be.
   */
  addCall(key: string | number, name: unknown, more: unknown, isText = false): void {
    let call = this.#calls.get(key);
    if (call === undefined) {
      if (this.#calls.size >= MAX_CALLS) return;
      this.#calls.set(key, (call = { name: '', arguments: '', isText }));
    }
    call.name = joined(call.name, stringOf(name), MAX_KEPT_CHARS);
    const kept = stringOf(more).slice(0, MAX_ARGUMENT_CHARS - this.#argumentChars);
    call.arguments += kept;
    this.#argumentChars += kept.length;
  }

  get calls(): number {
    return this.#calls.size;
  }

  /** Takes what an error of either protocol says. */
  fail(error: unknown): void {
    const body = objectOf(error);
    this.error ??= {
      type: stringOf(body?.['type']) || stringOf(body?.['code']) || 'error',
      message: (stringOf(body?.['message']) || stringOf(error)).slice(0, MAX_KEPT_CHARS),
    };
  }

  /** Forgets text, refusal and calls, as the whole answer follows. */
  restart(): void {
    this.#text = '';
    this.#refusal = '';
    this.#argumentChars = 0;
    this.#calls.clear();
  }

  facts(): AnswerFacts {
    const { id, finish, usage, error, complete } = this;
    return {
      id,
      finish: this.#finish(finish),
      usage,
      text: this.#text,
      refusal: this.#refusal,
      toolCalls: Array.from(this.#calls.values(), (call) => ({
        name: call.name,
        arguments: call.isText ? JSON.stringify(call.arguments) : call.arguments,
      })),
      error,
      complete,
    };
  }

  /** An answer that ended by itself may be a refusal, or calls of tools that the client had asked for by name. */
  #finish(finish: Finish | null): Finish | null {
    if (finish !== 'stop') return finish;
    if (this.#refusal !== '') return 'refusal';
    return this.#calls.size > 0 ? 'tool_calls' : finish;
  }
}
