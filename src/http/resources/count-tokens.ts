import { z } from 'zod';
import { anthropicErrorForm } from '../../protocol/errors.js';
import { countTokens, CountTokensBody } from '../../protocol/read/messages.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

const TokenCount = z.strictObject({ input_tokens: z.int() }).meta({ id: 'TokenCount' });

/** What agents ask before they call; without it, Claude Code calls an LLM for a token of each part of its prompt. */
export function countTokensOperations(): Operation[] {
  return [
    operation({
      method: 'POST',
      path: '/v1/messages/count_tokens',
      tag: 'calls',
      scope: 'call',
      writes: false,
      summary: 'Count the tokens of a message: Anthropic’s',
      description: 'An estimate by the length of its texts, the one by which LLMs of a short context are left out.',
      large: true,
      body: requiredBody(CountTokensBody, countTokens),
      answers: { 200: { description: 'About how many tokens it has', schema: TokenCount } },
      errors: [],
      errorForm: anthropicErrorForm,
      run: ({ body }) => ({ input_tokens: body }),
    }),
  ];
}
