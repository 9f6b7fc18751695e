import type { Api, Finish, JsonObject, TokenUsage } from '../../src/protocol/types.js';

export interface AskedTool {
  name: string;
  /** JSON Schema of its arguments. */
  parameters: JsonObject;
}

/** What a call asks for, whatever its form. */
export interface Asked {
  model: string;
  stream: boolean;
  /** System prompt and instructions. */
  system: string;
  /** The text of the last message of the user. */
  query: string;
  tools: readonly AskedTool[];
  /** Which tool has to be called: a named one, any, none, or as the LLM likes. */
  toolChoice: 'auto' | 'none' | 'any' | { name: string };
  /** Results of tools that came after the last answer; empty where the last message is another. */
  toolResults: readonly string[];
  /** JSON Schema that the answer must fit; null for text. */
  schema: JsonObject | null;
  /** Most tokens of the answer; null where nothing is said. */
  maxTokens: number | null;
  promptTokens: number;
  /** Whether the client wants usage at a stream's end; only chat completions ask. */
  wantsUsage: boolean;
  wantsLogprobs: boolean;
  /** Whether what was thought is shown; only messages ask. */
  wantsThinking: boolean;
}

export interface ReplyTool {
  id: string;
  name: string;
  /** JSON. */
  arguments: string;
}

/** What is answered, whatever the form. */
export interface Reply {
  /** Letters and digits that ids are made of. */
  id: string;
  /** Seconds since the epoch. */
  created: number;
  /** The text, as it is streamed; whoever reads it sees each piece made as it is sent. */
  pieces(): Iterable<string>;
  /** What was refused, instead of a text; empty where nothing was. */
  refusal: string;
  toolCalls: readonly ReplyTool[];
  finish: Finish;
  usage: TokenUsage;
}

/** A part of a stream: server-sent events as they are written. */
export interface Frame {
  text: string;
  /** `piece`: a piece of the text or of a tool's arguments; `end`: what marks the answer whole; `frame`: all else. */
  kind: 'frame' | 'piece' | 'end';
}

/** One form in which an LLM is called. */
export interface Form {
  api: Exclude<Api, 'embeddings'>;
  /** Throws {@link Refusal} where the body lacks what the form needs. */
  read(body: JsonObject): Asked;
  /** A whole answer. */
  answer(asked: Asked, reply: Reply): JsonObject;
  /** A streamed one. */
  frames(asked: Asked, reply: Reply): Iterable<Frame>;
}

/** An answer with an error's status. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** As OpenAI names it, such as `model_not_found`. */
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    {
      code = null,
      param = null,
      headers = {},
    }: { code?: string | null; param?: string | null; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
    this.headers = headers;
  }
}

/** A page that something before the provider answers with, in place of it. */
export class Page extends Error {
  override readonly name = 'Page';
  readonly status: number;

  constructor(status: number) {
    super(`<html><body><h1>${status}</h1></body></html>`);
    this.status = status;
  }
}
