import type { IncomingHttpHeaders } from 'node:http';
import { requestText } from '../protocol/request-text.js';
import type { Call, JsonObject, Translation } from '../protocol/types.js';
import type { Protocol } from '../schema/provider.js';
import type { Target } from '../providers/types.js';

/** One call, as it is sent to whichever target. */
export interface Outgoing {
  call: Call;
  /** The body as it came, and parsed. */
  text: string;
  value: JsonObject;
  /** Headers of the client. */
  headers: IncomingHttpHeaders;
  /** The id that the client sees in place of the provider's. */
  answerId(providerId: string): string;
}

/** Headers of clients that providers of each protocol read. */
const TO_PROVIDER: Readonly<Record<Protocol, RegExp>> = {
  openai: /^(?:openai-beta|traceparent|tracestate|x-client-request-id)$/,
  anthropic: /^(?:anthropic-(?:version|beta)|traceparent|tracestate)$/,
};
/** Headers of providers that clients read: request ids, what is left of limits, times. */
const TO_CLIENT = /^(?:x-(?!pointsman-|powered-by)|openai-|anthropic-|request-id$|retry-after$)/;

/** Headers of a client that are passed on to a provider of this protocol. */
export function toProvider(headers: IncomingHttpHeaders, protocol: Protocol): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string' && TO_PROVIDER[protocol].test(name)) kept[name] = value;
  }
  return kept;
}

/** Headers of a provider that are passed on to a client. */
export function passedOn(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name in headers) if (TO_CLIENT.test(name)) kept[name] = headers[name]!;
  return kept;
}

/** What is sent to a target: the body as it came, but for what is the target's, or its translation. */
export function bodyFor({ call, text, value }: Outgoing, target: Target, translation: Translation | null): string {
  const { model } = target.deployment;
  const usage = target.api === 'chat' && call.stream && target.provider.stream_usage !== false;
  if (translation === null) return requestText(text, { api: target.api, model, usage: usage && !call.wantsUsage });
  const { pointsman: _own, ...asked } = value;
  const body: JsonObject = translation.request({ ...asked, model });
  if (usage) body['stream_options'] = { include_usage: true };
  return JSON.stringify(body);
}
