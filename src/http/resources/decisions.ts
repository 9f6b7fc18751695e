import { z } from 'zod';
import { DAY_MS } from '../../base/units.js';
import { decisionNotFound, textsNotKept } from '../../decision/errors.js';
import { MOST_SEARCHED, searchDecisions } from '../../decision/search.js';
import { createSummaries } from '../../decision/summaries.js';
import { summaryByDay } from '../../decision/summary.js';
import { dayOf } from '../../machines/day-sums.js';
import {
  ConversationShown,
  DecisionDetail,
  DecisionList,
  DecisionSettings,
  OutcomeKind,
  Summary,
} from '../../schema/decision.js';
import { ExperimentName } from '../../schema/experiment.js';
import { DecisionId, LlmId } from '../../schema/ids.js';
import { PolicyName } from '../../schema/policy.js';
import { SearchText } from '../../schema/text.js';
import { Timestamp } from '../../schema/time.js';
import { SEARCHED_CHARS, type DecisionsFound, type DecisionSearch } from '../../store/ports/decisions.js';
import type { Context } from '../context.js';
import { operation, type Operation } from '../kit/operation.js';
import { settingsOperations } from './settings.js';

const LOOKS = `A page looks at the next ${MOST_SEARCHED} decisions: it may have few or none, and \`next\` goes on.`;

const ListQuery = z.strictObject({
  before: DecisionId.optional().describe('Only decisions from before this one: `next` of the page before'),
  model: LlmId.optional().describe('Only those that chose this LLM'),
  policy: PolicyName.optional(),
  experiment: ExperimentName.optional().describe('Only those that an arm of this experiment decided'),
  from: Timestamp.optional(),
  to: Timestamp.optional().describe('Only those from before this time'),
  search: SearchText.optional().describe(
    `Only those whose query has this in its first ${SEARCHED_CHARS} characters; letters from A to Z in either ` +
      `case. ${LOOKS}`,
  ),
  outcome: OutcomeKind.optional().describe(`Only those of which this came. ${LOOKS}`),
  limit: z.int().min(1).max(1000).default(50),
});

const SummaryQuery = z.strictObject({
  from: z.iso.date().optional().describe('First day, in UTC; 29 days before `to` where left out'),
  to: z.iso.date().optional().describe('Last day; today where left out'),
});

const DAYS_SHOWN = 29;
/** Calls of a conversation that are shown. */
const CALLS_SHOWN = 100;

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

  /** Throws `texts_not_kept` where settings say that nobody's are. */
  async function refuseWithoutTexts(): Promise<void> {
    const [log, texts] = await Promise.all([ledger.settings.get('decision'), ledger.settings.get('texts')]);
    if (log.query_text_hours === 0) throw textsNotKept('`query_text_hours` of /v1/decision-log is 0');
    if (texts.store === 'whole') return;
    // A key may say otherwise of what comes by it.
    const keys = await ledger.keys.list();
    if (!keys.some((key) => key.texts?.store === 'whole'))
      throw textsNotKept(`\`store\` of /v1/texts is ${texts.store}`);
  }

  async function pageOf(search: Omit<DecisionSearch, 'most'>): Promise<DecisionsFound> {
    if (search.text !== undefined || search.outcome !== undefined) return searchDecisions(ledger.decisions, search);
    const { limit } = search;
    const found = await ledger.decisions.list({ ...search, limit: limit + 1 });
    return { found: found.slice(0, limit), next: found.length > limit ? found[limit - 1]!.id : null };
  }

  async function conversationOf(id: DecisionId): Promise<z.input<typeof ConversationShown>> {
    if (!(await decider.lookup([id])).has(id)) throw decisionNotFound(id);
    const session = (await ledger.calls.get([id])).get(id)?.session ?? null;
    if (session === null) return { decisions: [], more: false };
    const calls = await ledger.calls.of(session, CALLS_SHOWN + 1);
    const ids = calls
      .slice(0, CALLS_SHOWN)
      .map((call) => call.decision)
      .toReversed();
    const kept = await decider.lookup(ids);
    const decisions = await summariesOf(ids.flatMap((one) => kept.get(one) ?? []));
    return { decisions, more: calls.length > CALLS_SHOWN };
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
      errors: ['texts_not_kept'],
      async run({ query: { from, to, limit, search: text, ...fields } }) {
        const filter = { ...fields, text };
        if (text !== undefined) await refuseWithoutTexts();
        await decider.flush();
        const { found, next } = await pageOf({ ...filter, from: millis(from), to: millis(to), limit });
        return { decisions: await summariesOf(found), next: next as DecisionId | null };
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
    operation({
      method: 'GET',
      path: '/v1/decisions/{id}/conversation',
      tag: 'decisions',
      scope: 'read',
      writes: false,
      summary: 'The conversation that a decision is of',
      description:
        `The last ${CALLS_SHOWN} calls of it through the model endpoint, in order; none where Pointsman did not make ` +
        'the call.',
      params: { id: { schema: DecisionId, description: 'Id of a decision' } },
      answers: { 200: { description: 'The conversation', schema: ConversationShown } },
      errors: ['decision_not_found'],
      run: ({ params: { id } }) => conversationOf(id),
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
