import type { Readable } from 'node:stream';
import type { Api } from '../protocol/types.js';
import type { Deployment } from '../schema/profile.js';
import type { Provider } from '../schema/provider.js';

/** One place where one LLM can be called. */
export interface Target {
  model: string;
  deployment: Deployment;
  provider: Provider;
  /** The form in which it is called there: another than the client's where that has to be translated. */
  api: Api;
}

/** What is sent to a target. */
export interface ProviderRequest {
  body: string;
  /** Headers of the client that are passed on, by lower-case name: never those that carry its key. */
  headers: Readonly<Record<string, string>>;
  /** Aborted when the client is gone, or the deadline is over. */
  signal: AbortSignal;
}

/** The head of an answer, whatever its status, and its body as it comes. */
export interface ProviderAnswer {
  status: number;
  /** By lower-case name. */
  headers: Readonly<Record<string, string>>;
  /** Errors where the provider breaks off, or pauses for longer than `idle_ms`. Destroying it frees the connection. */
  body: Readable;
}

/** Why a call gave no answer. */
export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';
  /** `connect`: none could be made; `first_byte`: no head came in time; `aborted`: by the signal; `config`: no key. */
  readonly kind: 'connect' | 'first_byte' | 'aborted' | 'config';

  constructor(kind: ProviderFailure['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** How a call of a target went, for its breaker and limits. */
export interface TargetOutcome {
  /** Null where it answered; of an answer that the client's own fault refused (400, 413, 422), too. */
  error: string | null;
  /** Those of prompt and answer, as the provider counted them; 0 where nobody knows. */
  tokens: number;
  /** As the provider said by `Retry-After`: it gets nothing for so long. */
  retryAfterMs?: number | undefined;
  /** True where it says nothing of the target: the client went away before an answer came, or there was no key. */
  inconclusive?: boolean | undefined;
}

/** Where LLMs can be called, kept current, and the calls themselves. */
export interface Calling {
  /** Why an LLM can't be called in this form at all, whatever its state; undefined where it can. */
  uncallable(model: string, api: Api): string | undefined;
  /** Where to call an LLM, in order: those that may be called now. Empty where none may. */
  targets(model: string, api: Api, promptTokens: number): readonly Target[];
  /** Takes a call's place at a target until the returned function is called with how it went, once. */
  begin(target: Target, promptTokens: number): (outcome: TargetOutcome) => void;
  /** Sends a call; resolves with the head of its answer. Rejects with {@link ProviderFailure}. */
  send(target: Target, request: ProviderRequest): Promise<ProviderAnswer>;
  /** A text without any secret of a provider. */
  redact(text: string): string;
}
