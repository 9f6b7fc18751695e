import { sha256 } from '../../base/hash.js';
import { tokensOfChars } from '../../base/tokens.js';
import type { Call, CallMessage, CallNeeds, JsonObject } from '../types.js';
import { jsonChars } from './json.js';

/** An image of 1024 × 1024 pixels as OpenAI counts it, 85 and 170 for each of four tiles, as no image is opened. */
export const IMAGE_TOKENS = 765;
/** Half a minute of speech, at the ten tokens a second that OpenAI counts. */
export const AUDIO_TOKENS = 300;
/** Two pages of a PDF, at the 1,500 tokens a page that Anthropic names as its least. */
export const FILE_TOKENS = 3000;

const INSTRUCTING = new Set(['system', 'developer']);
/** Claude Code begins its system prompt with this line, which differs each time. */
const BILLING = 'x-anthropic-billing-header:';

/** A text without what differs from turn to turn. */
function lasting(text: string): string {
  if (!text.startsWith(BILLING)) return text;
  const end = text.indexOf('\n');
  return end < 0 ? '' : text.slice(end + 1);
}

/** What is read of a call as its messages pass, in order. */
export class CallDraft {
  readonly messages: CallMessage[] = [];
  readonly needs: CallNeeds = { tools: false, images: false, audio: false, files: false, json: false };
  continues = false;
  /** Characters of all texts, and tokens of what is no text. */
  #chars = 0;
  #tokens = 0;
  /** Instructions, until a user has said something. */
  readonly #instructions: string[] = [];
  #first: string | undefined;

  /** Adds a message, whose characters are counted already. */
  add(role: string, content: string): void {
    this.messages.push({ role, content });
    if (this.#first !== undefined) return;
    if (role === 'user') this.#first = content;
    else if (INSTRUCTING.has(role)) this.#instructions.push(lasting(content));
  }

  /** Notes that an answer was given: a message of the assistant, or a part of one. */
  answered(content: string): void {
    const last = this.messages.at(-1);
    // What one answer consists of is one message.
    if (last?.role === 'assistant' && last.content === '') last.content = content;
    else if (last?.role !== 'assistant' || content !== '') this.messages.push({ role: 'assistant', content });
  }

  /** Counts a text, and gives it back. */
  text(text: string): string {
    this.#chars += text.length;
    return text;
  }

  /** Counts a value of JSON by the length of its text. */
  json(value: unknown): void {
    this.#chars += jsonChars(value);
  }

  image(): void {
    this.needs.images = true;
    this.#tokens += IMAGE_TOKENS;
  }

  audio(): void {
    this.needs.audio = true;
    this.#tokens += AUDIO_TOKENS;
  }

  file(): void {
    this.needs.files = true;
    this.#tokens += FILE_TOKENS;
  }

  /** What is the same for every form, once all messages are read; `names` are those of `tools`. */
  facts(
    tools: readonly JsonObject[],
    names: readonly string[],
  ): Pick<Call, 'messages' | 'needs' | 'continues' | 'promptTokens' | 'opening' | 'tools'> {
    const chars = tools.length === 0 ? 0 : jsonChars(tools);
    if (tools.length > 0) this.needs.tools = true;
    const { messages, needs, continues } = this;
    return {
      messages,
      needs,
      continues,
      promptTokens: tokensOfChars(this.#chars + chars) + this.#tokens,
      // Tools by their names and their length: making their JSON again would take most of the time of reading a call.
      opening: sha256([this.#instructions.join('\n'), names.join('\n'), chars, this.#first ?? ''].join('\0')),
      tools: names,
    };
  }
}
