import { z } from 'zod';
import { sha256 } from '../../base/hash.js';
import { FeedbackRequest, parseFeedback, toRecords } from '../../feedback/records.js';
import { FeedbackReceipt } from '../../schema/feedback.js';
import type { KeptDecision } from '../../store/types.js';
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
  committer,
  decider,
  drift,
  index,
  health,
  load,
  clock,
  metrics,
}: Pick<Context, 'committer' | 'decider' | 'drift' | 'index' | 'health' | 'load' | 'clock' | 'metrics'>): Operation[] {
  return [
    operation({
      method: 'POST',
      path: '/v1/feedback',
      aliases: ['/feedback'],
      tag: 'feedback',
      scope: 'feedback',
      writes: true,
      summary: 'Post interactions or preferences',
      description:
        'Stored all or nothing, and durable when answered. With a `decision_id`, query and task are the ' +
        'decision’s and `model` defaults to the LLM it chose. Repeating a request with the same ' +
        '`Idempotency-Key` answers the first receipt and stores nothing.',
      headers: FeedbackHeaders,
      body: requiredBody(FeedbackRequest, (value) => ({ value, items: parseFeedback(value) })),
      answers: { 201: { description: 'Stored', schema: FeedbackReceipt } },
      errors: ['decision_not_found', 'idempotency_key_reused'],
      async run({ headers: { 'Idempotency-Key': key }, body: { value: sent, items } }) {
        // A retry after a crash must find the decision that the first request found.
        if (key !== undefined) await decider.flush();
        const named = new Set(items.flatMap(({ value }) => value.decision_id ?? []));
        const decisions = new Map<string, KeptDecision | undefined>();
        for (const id of named) decisions.set(id, await decider.lookup(id));
        const records = toRecords(items, (id) => decisions.get(id), clock());
        const onStored = (): void =>
          drift.add(records.flatMap((record) => (record.kind === 'interaction' ? [record.value] : [])));
        const receipt = await committer.commit(
          key === undefined
            ? { records, onStored }
            : { records, onStored, key, requestHash: sha256(JSON.stringify(sent)) },
        );
        await health.refresh();
        for (const { value } of records) if (value.decision_id !== undefined) load.release(value.decision_id);
        metrics.countFeedback(receipt.interactions, receipt.preferences);
        if (receipt.new_models.length > 0) await index.refresh();
        return receipt;
      },
    }),
  ];
}
