import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Behaviour } from '../../scripts/provider/behaviour.js';
import type { AnswerHook } from '../../scripts/provider/reply.js';
import { startProvider, type LocalProvider } from '../../scripts/provider/server.js';
import { SCOPES } from '../../src/schema/key.js';
import { PROTOCOLS, type Protocol, type ProviderBody } from '../../src/schema/provider.js';
import { ask, makeKey, startService } from '../http/service.js';

/** Whether clients are pointed at Pointsman; else at the provider itself. */
export const THROUGH_POINTSMAN: boolean = true;

/** By what a client reaches an LLM: the provider itself, or Pointsman before a provider of this protocol. */
export type Way = 'direct' | Protocol;
export const WAYS: readonly Way[] = THROUGH_POINTSMAN ? PROTOCOLS : ['direct'];
/** For forms that only OpenAI's protocol has. */
export const OPENAI_WAYS: readonly Way[] = WAYS.filter((way) => way !== 'anthropic');

/** For `test(…, { skip })`: what only Pointsman does. */
export const needsPointsman: string | false = THROUGH_POINTSMAN
  ? false
  : 'THROUGH_POINTSMAN of test/endpoint/support.ts is false: clients are pointed at the provider itself';

export const SEED = 7;
const KEY_ENV = 'TEST_PROVIDER_KEY';
/** The key of the providers, which no client has, and no answer may show. */
export const PROVIDER_KEY = 'sk-local-4711-never-shown';
const DECISION = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What a client is told: where to call, and by which key. */
export interface Target {
  /** With `/v1`, as OpenAI's clients take it; Anthropic's take `url`. */
  url: string;
  baseURL: string;
  apiKey: string;
  close(): Promise<void>;
}

/** Where an LLM can be called: the local provider's LLM of this name, by a provider of these settings. */
export interface Place {
  provider: LocalProvider;
  model: string;
  settings?: Partial<ProviderBody>;
}

/** Pointsman over a ledger of its own, with LLMs that can each be called at these places, the first one first. */
export async function startPointsman(llms: Readonly<Record<string, readonly Place[]>>, way: Protocol): Promise<Target> {
  process.env[KEY_ENV] = PROVIDER_KEY;
  const service = await startService({ llms: [] });
  const put = async (path: string, body: object): Promise<void> => {
    const { status, body: answered } = await ask(service, 'PUT', path, body);
    if (status >= 300) throw new Error(`PUT ${path}: ${status} ${JSON.stringify(answered)}`);
  };
  for (const [id, places] of Object.entries(llms)) {
    const deployments: object[] = [];
    for (const [priority, { provider, model, settings }] of places.entries()) {
      const name = `${id.replaceAll('/', '-')}-${priority}`;
      await put(`/v1/providers/${name}`, {
        base_url: provider.baseUrl,
        protocol: way,
        key_env: KEY_ENV,
        ...(way === 'openai' && { responses: true }),
        ...settings,
      });
      deployments.push({ provider: name, model, priority });
    }
    await put(`/v1/models/${encodeURIComponent(id)}`, { context_tokens: 100_000, deployments });
  }
  const { key } = await makeKey(service, { scopes: SCOPES.filter((scope) => scope !== 'admin') });
  return { url: service.url, baseURL: `${service.url}/v1`, apiKey: key, close: () => service.remove() };
}

export interface Endpoint extends Target {
  way: Way;
  provider: LocalProvider;
  /** What a client asks for to get the provider's LLM of this name, and what answers call it. */
  named(model: string): string;
  /** Holds the headers of an answer to what Pointsman promises; the decision, undefined where none was made. */
  decisionIn(headers: Headers | Record<string, string | undefined>, model: string): string | undefined;
  /** Whether an answer's id is the provider's, or that and the decision. */
  isAnswerId(id: string, prefix: string): boolean;
}

export interface EndpointOptions {
  way: Way;
  models: Readonly<Record<string, Partial<Behaviour>>>;
  answer?: AnswerHook;
}

/** A local provider with LLMs, and what stands before it; both end with the test. */
export async function startEndpoint(t: TestContext, { way, models, answer }: EndpointOptions): Promise<Endpoint> {
  const provider = await startProvider({ seed: SEED, models, key: PROVIDER_KEY, ...(answer && { answer }) });
  t.after(() => provider.close());
  const named = (model: string): string => (way === 'direct' ? model : `lab/${model}`);
  const places = Object.fromEntries(Object.keys(models).map((model) => [named(model), [{ provider, model }]]));
  const target: Target =
    way === 'direct'
      ? { url: provider.url, baseURL: provider.baseUrl, apiKey: PROVIDER_KEY, close: async () => {} }
      : await startPointsman(places, way);
  t.after(target.close);
  return {
    ...target,
    way,
    provider,
    named,
    decisionIn(headers, model) {
      if (way === 'direct') return undefined;
      const entries = headers instanceof Headers ? Object.fromEntries(headers) : headers;
      assert.match(entries['x-pointsman-decision'] ?? '', DECISION);
      assert.equal(entries['x-pointsman-model'], named(model));
      return entries['x-pointsman-decision'];
    },
    isAnswerId: (id, prefix) =>
      id.startsWith(prefix) && (way === 'direct' || DECISION.test(id.slice(id.lastIndexOf('_') + 1))),
  };
}
