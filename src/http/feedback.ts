import type { Request } from 'express';
import { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import { FeedbackReceipt } from '../schema/feedback.js';
import { describe } from '../schema/parse.js';
import { bodyOf } from './body.js';
import type { Context } from './context.js';
import { FeedbackRequest, parseFeedback, toRecords } from '../feedback/records.js';
import { sendJson, type Resource } from './resource.js';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

function idempotencyKeyOf(req: Request): string | undefined {
  const key = req.headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && IDEMPOTENCY_KEY.test(key))) return key;
  const issue = { field: 'Idempotency-Key', expected: '1 to 200 visible ASCII characters', received: describe(key) };
  throw new PointsmanError('invalid_request', `${issue.field}: expected ${issue.expected}, got ${issue.received}`, {
    issues: [issue],
  });
}

export function feedbackResource({
  committer,
  decider,
  drift,
  index,
  health,
  load,
  clock,
  metrics,
  readJson,
}: Context): Resource {
  return {
    path: '/v1/feedback',
    aliases: ['/feedback'],
    tag: 'feedback',
    operations: {
      post: {
        summary: 'Post interactions or preferences',
        description:
          'Stored all or nothing, and durable when answered. With a `decision_id`, query and task are the ' +
          'decision’s and `model` defaults to the LLM it chose. Repeating a request with the same ' +
          '`Idempotency-Key` answers the first receipt and stores nothing.',
        direct: true,
        headers: {
          'Idempotency-Key': {
            description: '1 to 200 visible ASCII characters',
            schema: z.string().min(1).max(200).optional(),
          },
        },
        body: { schema: FeedbackRequest, required: true },
        answers: { 201: { description: 'Stored', schema: FeedbackReceipt } },
        errors: ['decision_not_found', 'idempotency_key_reused'],
        handlers: [
          readJson,
          async (req, res) => {
            const body = bodyOf(req);
            const key = idempotencyKeyOf(req);
            // A retry after a crash must find the decision that the first request found.
            if (key !== undefined) decider.flush();
            const records = toRecords(parseFeedback(body), decider.lookup, clock());
            const onStored = (): void =>
              drift.add(records.flatMap((record) => (record.kind === 'interaction' ? [record.value] : [])));
            const receipt = await committer.commit(
              key === undefined
                ? { records, onStored }
                : { records, onStored, key, requestHash: sha256(JSON.stringify(body)) },
            );
            health.refresh();
            for (const { value } of records) if (value.decision_id !== undefined) load.release(value.decision_id);
            metrics.countFeedback(receipt.interactions, receipt.preferences);
            if (receipt.new_models.length > 0) await index.refresh();
            sendJson(res, 201, JSON.stringify(receipt));
          },
        ],
      },
    },
  };
}
