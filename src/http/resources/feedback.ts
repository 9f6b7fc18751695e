import { z } from 'zod';
import { FeedbackRequest } from '../../feedback/records.js';
import { FeedbackReceipt } from '../../schema/feedback.js';
import type { Context } from '../context.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

const KEY_FORM = '1 to 200 visible ASCII characters';
const FeedbackHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, KEY_FORM)
    .optional()
    .describe(KEY_FORM),
});

export function feedbackOperations({
  feedback,
  live,
  metrics,
}: Pick<Context, 'feedback' | 'live' | 'metrics'>): Operation[] {
  return [
    operation({
      method: 'POST',
      path: '/v1/feedback',
      aliases: ['/feedback'],
      tag: 'feedback',
      scope: 'feedback',
      writes: [],
      summary: 'Post interactions, preferences, signals or opinions',
      description:
        'Stored all or nothing, and durable when answered. With a `decision_id`, query and task are the ' +
        'decision’s and `model` defaults to the LLM that answered; `answer_id`, the id of an answer of the model ' +
        'endpoint, names its decision as well. An opinion (`thumb`, `score`, `comment`, `corrected`) becomes ' +
        'signals, as /v1/signals says. An interaction without `score` teaches what is asked, ' +
        'what answers cost and take, and which fail. An LLM that nobody declared is no candidate until it is, unless ' +
        '`register_unknown` of /v1/catalog says otherwise. Repeating a request with the same ' +
        '`Idempotency-Key` answers the first receipt and stores nothing.',
      headers: FeedbackHeaders,
      // Each item is checked by what it is, for messages that fit: the service does.
      body: requiredBody(FeedbackRequest, (value) => value),
      answers: { 201: { description: 'Stored', schema: FeedbackReceipt } },
      errors: ['decision_not_found', 'idempotency_key_reused', 'unknown_model', 'catalog_full'],
      async run({ headers: { 'Idempotency-Key': idempotencyKey }, body, caller }) {
        const [tenant, texts] = [caller.tenant ?? undefined, live.texts.of(caller)];
        const receipt = await feedback.post(body, { idempotencyKey, tenant, texts });
        metrics.countFeedback(receipt);
        return receipt;
      },
    }),
  ];
}
