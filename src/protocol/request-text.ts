import { providerIdIn } from './answer-id.js';
import { createSplice, type Edit } from './splice.js';
import type { Api } from './types.js';

const askForUsage = createSplice([[['include_usage'], () => 'true']]);

/** What a provider gets of a request in its own form. */
export interface RequestEdits {
  api: Api;
  /** Name of the LLM there. */
  model: string;
  /** Whether a stream of chat chunks is to end with its usage, where the client did not ask for it. */
  usage: boolean;
}

/** The id of an answer, as JSON, without the decision; other values are left alone. */
function withoutDecision(old: string | undefined): string | undefined {
  if (old?.charAt(0) !== '"') return undefined;
  return JSON.stringify(providerIdIn(JSON.parse(old) as string));
}

/**
 * The text of a client's request as its provider gets it: with the LLM's name there, without `pointsman`, and with
 * the provider's own id of the answer it goes on from. All other characters are the client's.
 */
export function requestText(text: string, { api, model, usage }: RequestEdits): string {
  const name = JSON.stringify(model);
  const edits: Edit[] = [
    [['model'], () => name],
    [['pointsman'], (old) => (old === undefined ? undefined : null)],
  ];
  if (api === 'chat' && usage)
    edits.push([['stream_options'], (old) => askForUsage(old?.startsWith('{') === true ? old : '{}')]);
  if (api === 'responses') edits.push([['previous_response_id'], withoutDecision]);
  return createSplice(edits)(text);
}
