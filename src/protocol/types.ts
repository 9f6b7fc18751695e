/** Forms in which an LLM is called: OpenAI's chat completions, responses and embeddings, and Anthropic's messages. */
export const APIS = ['chat', 'responses', 'messages', 'embeddings'] as const;
export type Api = (typeof APIS)[number];

export type JsonObject = Record<string, unknown>;

/** One message of a conversation, as far as routing reads it. Results of tools have the role `tool`. */
export interface CallMessage {
  role: string;
  /** All its text; images and files are left out. */
  content: string;
}

/** What a call asks of an LLM that not every LLM can do. */
export interface CallNeeds {
  tools: boolean;
  images: boolean;
  audio: boolean;
  files: boolean;
  /** An answer that is JSON of a given schema, or any. */
  json: boolean;
}

/** The end of a conversation in which results of tools came for the last answer. */
export interface ToolLoop {
  /** Calls of that answer. */
  calls: readonly { name: string; arguments: string; failed: boolean }[];
  /** How often in a row the same calls with the same arguments were made; 1 where they are not a repeat. */
  repeats: number;
  /** How many results in a row were failures, as far as the form tells (`is_error`). */
  failures: number;
}

/** One request to call an LLM, whatever its form: what routing and learning read of it. */
export interface Call {
  api: Api;
  /** As the client named it: `auto`, `auto:<policy>`, or an LLM's id. */
  model: string;
  stream: boolean;
  /** Whether the client asked for usage in a stream of chat chunks; true for other forms. */
  wantsUsage: boolean;
  messages: readonly CallMessage[];
  /** About how many tokens an LLM reads: texts, tools and images. */
  promptTokens: number;
  /** Most tokens that the answer may have; null where nothing is said. */
  maxOutputTokens: number | null;
  needs: CallNeeds;
  /** Names of the tools that may be called. */
  tools: readonly string[];
  /** JSON Schema that the answer must fit, `any` for any JSON; null for text. */
  answerSchema: JsonObject | 'any' | null;
  /** Null where the last message is not the result of a tool. */
  toolLoop: ToolLoop | null;
  /** Whether an answer came before: it is not the first turn. */
  continues: boolean;
  /** SHA-256 of system prompt, tools and the first user message, in hexadecimal: the same through a conversation. */
  opening: string;
  /** Whose conversation the body says it is (`prompt_cache_key`, `conversation`, `metadata.user_id`); else null. */
  session: string | null;
  /** Id of the answer that this goes on from (`previous_response_id`); null where there is none. */
  previousAnswer: string | null;
  /** `metadata` of the body, where it is an object. */
  metadata: JsonObject | null;
  /** `pointsman` of the body: what it says to Pointsman alone. Undefined where it is not there. */
  own: unknown;
}

/** Tokens as the provider counted them. */
export interface TokenUsage {
  /** All that was read, cached or not. */
  prompt: number;
  completion: number;
  /** Of `prompt`: read from the provider's cache. */
  cached: number;
  /** Of `prompt`: written to the provider's cache. */
  cacheWritten: number;
  /** Of `completion`: thought, and not shown. */
  reasoning: number;
}

/** Why an answer ended. */
export type Finish = 'stop' | 'length' | 'tool_calls' | 'refusal' | 'content_filter' | 'other';

/** What is seen of an answer as it passes. */
export interface AnswerFacts {
  /** Id that the provider gave it. */
  id: string | null;
  finish: Finish | null;
  usage: TokenUsage | null;
  /** The text of the answer, its beginning where it is very long. */
  text: string;
  /** What was refused, in the form's own field (`refusal`); empty where nothing was. */
  refusal: string;
  toolCalls: readonly { name: string; arguments: string }[];
  /** An error that came in the middle of a stream. */
  error: { type: string; message: string } | null;
  /** Whether the end was seen, as the form marks it. */
  complete: boolean;
}

/** One server-sent event. */
export interface SseEvent {
  event: string | undefined;
  data: string;
}

/** Makes what one form answers into what another would have. */
export interface Translation {
  /** Of a request. Throws `invalid_request` naming a field that the other form has nothing for. */
  request(body: JsonObject): JsonObject;
  /** Of a whole answer. */
  answer(body: JsonObject): JsonObject;
  /** Of the body of an error. */
  error(status: number, body: unknown): JsonObject;
  /** Of a stream: one translation a stream. */
  stream(): StreamTranslation;
}

export interface StreamTranslation {
  /** What becomes of one event; none where more has to come first. */
  event(event: SseEvent): SseEvent[];
  /** What is still to be sent once the provider's stream is over, whole or not. */
  end(): SseEvent[];
}
