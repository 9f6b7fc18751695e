import { estimateTokens } from '../../base/tokens.js';
import { queryText } from '../../decision/query-text.js';
import { EmbedRequest, EmbedResponse } from '../../schema/route.js';
import { likeliestFirst } from '../../scoring/groups.js';
import type { Context } from '../context.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

export function embedOperations({ live: { scorer: holder } }: Pick<Context, 'live'>): Operation[] {
  return [
    operation({
      method: 'POST',
      path: '/v1/embed',
      tag: 'route',
      scope: 'route',
      writes: false,
      summary: 'Embed a query: where it lies, of what tasks and kinds it is',
      description: 'Of `messages`, the last user message that has text is embedded.',
      body: requiredBody(EmbedRequest),
      answers: { 200: { description: 'Its embedding, tasks and kinds', schema: EmbedResponse } },
      errors: ['encoder_unavailable'],
      async run({ body, caller }) {
        const scorer = holder.current();
        const text = queryText(body);
        await caller.charge({ requests: 0, tokens: estimateTokens(text), usd: 0 });
        const vector = await scorer.encode(text);
        return {
          version: scorer.version,
          embedding: [...scorer.embed(vector)],
          tasks: likeliestFirst(scorer.tasksOf(vector, body.task)),
          kinds: likeliestFirst(scorer.kindsOf(vector)),
        };
      },
    }),
  ];
}
