import type { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { RouteRules } from '../index.js';

type Model = ReturnType<ReturnType<typeof createOpenAICompatible>['chatModel']>;
type Call = Parameters<Model['doGenerate']>[0];

/**
 * What calls are routed by: every rule of `POST /v1/route`, such as `policy`, `task` or `max_cost_usd`, and whose
 * conversation they are of.
 */
export interface Wishes extends RouteRules {
  /** Id of the conversation: `x-session-id`. */
  session?: string;
}

/** What `providerOptions.pointsman` may say that is OpenAI's, and goes there. */
const OPENAI = new Set(['user', 'reasoningEffort', 'textVerbosity', 'strictJsonSchema']);

/** A call with its wishes where the service reads them. What `providerOptions.pointsman` says goes first. */
export function asked(call: Call, wishes: Wishes): Call {
  const own = Object.entries(call.providerOptions?.['pointsman'] ?? {});
  const { session, ...rules } = { ...wishes, ...Object.fromEntries(own.filter(([name]) => !OPENAI.has(name))) };
  const openai = Object.fromEntries(own.filter(([name]) => OPENAI.has(name)));
  // As JSON has it: rules that are undefined are left out.
  const body = JSON.parse(JSON.stringify(rules)) as NonNullable<Call['providerOptions']>[string];
  return {
    ...call,
    headers: { ...call.headers, ...(session !== undefined && { 'x-session-id': session }) },
    providerOptions: {
      ...call.providerOptions,
      pointsman: { ...openai, ...(Object.keys(body).length > 0 && { pointsman: body }) },
    },
  };
}
