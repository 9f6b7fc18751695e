import { z } from 'zod';
import { overviewOf, spanOf, type OverviewRows } from '../../decision/overview.js';
import { LlmId } from '../../schema/ids.js';
import { BaselineKind, Overview, OVERVIEW_RANGES, OverviewRange } from '../../schema/overview.js';
import type { OverviewSpan } from '../../store/ports/overview.js';
import type { Context } from '../context.js';
import { operation, type Operation } from '../kit/operation.js';

const OverviewQuery = z
  .strictObject({
    range: OverviewRange.default('24h').describe('How far back from now'),
    baseline: BaselineKind.default('best'),
    model: LlmId.optional().describe('The LLM of the baseline `single`'),
  })
  .refine(({ baseline, model }) => (baseline === 'single') === (model !== undefined), {
    path: ['model'],
    message: 'expected an LLM with baseline=single, and none with another baseline',
  });

/** How old what is told may be, in milliseconds: all who look share one reading, however many they are. */
const ageOf = (range: OverviewRange): number => Math.min(10_000, OVERVIEW_RANGES[range].step / 120);

interface Read {
  at: number;
  span: OverviewSpan;
  rows: Promise<OverviewRows>;
  /** What was told of it, by baseline. */
  told: Map<string, Promise<Overview>>;
}

export function overviewOperations({
  ledger,
  decider,
  clock,
}: Pick<Context, 'ledger' | 'decider' | 'clock'>): Operation[] {
  const kept = new Map<OverviewRange, Read>();

  function read(range: OverviewRange): Read {
    const now = performance.now();
    const known = kept.get(range);
    if (known !== undefined && now - known.at < ageOf(range)) return known;
    const span = spanOf(range, clock());
    const rows = decider.flush().then(() => ledger.overview.read(span));
    const fresh: Read = { at: now, span, rows, told: new Map() };
    kept.set(range, fresh);
    // What could not be read is read again by whoever asks next.
    fresh.rows.catch(() => kept.get(range) === fresh && kept.delete(range));
    return fresh;
  }

  return [
    operation({
      method: 'GET',
      path: '/v1/overview',
      tag: 'decisions',
      scope: 'read',
      writes: false,
      summary: 'Traffic, quality, cost, latency and errors over time',
      description:
        'In steps of two minutes (`1h`), twenty minutes (`24h`), four hours (`7d`) or a day (UTC), by a baseline. ' +
        'Of sums that outlive decisions, up to ten seconds old.',
      query: OverviewQuery,
      answers: { 200: { description: 'Every step, and each LLM', schema: Overview } },
      errors: [],
      async run({ query: { range, baseline: kind, model = null } }) {
        const { span, rows, told } = read(range);
        const baseline = { kind, model };
        const key = JSON.stringify(baseline);
        const known = told.get(key) ?? rows.then((found) => overviewOf(found, { range, span, baseline }));
        told.set(key, known);
        return known;
      },
    }),
  ];
}
