import { z } from 'zod';
import { DAY_MS } from '../../base/units.js';
import { decisionNotFound } from '../../decision/errors.js';
import { createSummaries } from '../../decision/summaries.js';
import { summaryByDay } from '../../decision/summary.js';
import { dayOf } from '../../machines/day-sums.js';
import { DecisionDetail, DecisionList, DecisionSettings, Summary } from '../../schema/decision.js';
import { ExperimentName } from '../../schema/experiment.js';
import { DecisionId, LlmId } from '../../schema/ids.js';
import { PolicyName } from '../../schema/policy.js';
import { Timestamp } from '../../schema/time.js';
import type { Context } from '../context.js';
import { operation, type Operation } from '../kit/operation.js';
import { settingsOperations } from './settings.js';

const ListQuery = z.strictObject({
  before: DecisionId.optional().describe('Only decisions from before this one: `next` of the page before'),
  model: LlmId.optional().describe('Only those that chose this LLM'),
  policy: PolicyName.optional(),
  experiment: ExperimentName.optional().describe('Only those that an arm of this experiment decided'),
  from: Timestamp.optional(),
  to: Timestamp.optional().describe('Only those from before this time'),
  limit: z.int().min(1).max(1000).default(50),
});

const SummaryQuery = z.strictObject({
  from: z.iso.date().optional().describe('First day, in UTC; 29 days before `to` where left out'),
  to: z.iso.date().optional().describe('Last day; today where left out'),
});

const DAYS_SHOWN = 29;

const millis = (time: string | undefined): number | undefined => (time === undefined ? undefined : Date.parse(time));

export function decisionOperations({
  ledger,
  decider,
  clock,
}: Pick<Context, 'ledger' | 'decider' | 'clock'>): Operation[] {
  const summariesOf = createSummaries(ledger);

  async function commentsOf(id: string): Promise<DecisionDetail['comments']> {
    const comments = (await ledger.feedback.comments([id])).get(id) ?? [];
    return comments.map(({ at, ...comment }) => ({ at: new Date(at).toISOString(), ...comment }));
  }

  return [
    operation({
      method: 'GET',
      path: '/v1/decisions',
      tag: 'decisions',
      scope: 'read',
      writes: false,
      summary: 'List decisions, newest first',
      query: ListQuery,
      answers: { 200: { description: 'A page of decisions', schema: DecisionList } },
      errors: [],
      async run({ query: { from, to, limit, ...filter } }) {
        await decider.flush();
        const range = { from: millis(from), to: millis(to), limit: limit + 1 };
        const found = await ledger.decisions.list({ ...filter, ...range });
        return {
          decisions: await summariesOf(found.slice(0, limit)),
          next: found.length > limit ? found[limit - 1]!.id : null,
        };
      },
    }),
    operation({
      method: 'GET',
      path: '/v1/decisions/{id}',
      tag: 'decisions',
      scope: 'read',
      writes: false,
      summary: 'Why a decision was made',
      params: { id: { schema: DecisionId, description: 'Id of a decision' } },
      answers: { 200: { description: 'The decision, with all that decided it', schema: DecisionDetail } },
      errors: ['decision_not_found', 'encoder_unavailable'],
      async run({ params: { id } }) {
        const found = (await decider.lookup([id])).get(id);
        if (found === undefined) throw decisionNotFound(id);
        const cascade =
          found.cascade === null
            ? null
            : { request: JSON.parse(found.cascade) as unknown, reports: await ledger.cascades.steps(id) };
        const [summary] = await summariesOf([found]);
        return { ...summary, ...(await decider.explain(found)), comments: await commentsOf(id), cascade };
      },
    }),
    ...settingsOperations(ledger.settings, {
      path: '/v1/decision-log',
      tag: 'decisions',
      about: 'How long decisions are kept',
      kind: 'decision',
      schema: DecisionSettings,
    }),
    operation({
      method: 'GET',
      path: '/v1/summary',
      tag: 'decisions',
      scope: 'read',
      writes: false,
      summary: 'Traffic, cost, quality and regret by day',
      description:
        'By the predictions that decided, beside what feedback tells. Sums outlive the decisions themselves.',
      query: SummaryQuery,
      answers: { 200: { description: 'Each day that has any', schema: Summary } },
      errors: [],
      async run({ query: { to = dayOf(clock()), from = dayOf(Date.parse(to) - DAYS_SHOWN * DAY_MS) } }) {
        await decider.flush();
        return { days: summaryByDay(await ledger.decisions.days(from, to)) };
      },
    }),
  ];
}
