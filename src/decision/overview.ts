import { addSums, latencyQuantile, meanScore, noAnswers, type AnswerSums } from '../machines/answer-sums.js';
import { DAY_SUMS, type SlotRow } from '../machines/day-sums.js';
import type { LlmId } from '../schema/ids.js';
import {
  OVERVIEW_RANGES,
  type BaselineKind,
  type Expected,
  type Observed,
  type Overview,
  type OverviewPoint,
  type OverviewRange,
} from '../schema/overview.js';
import type { AnswerRow, OverviewSpan } from '../store/ports/overview.js';

/** What an overview is told of. */
export interface OverviewRows {
  decisions: readonly SlotRow[];
  answers: readonly AnswerRow[];
}

export interface Baseline {
  kind: BaselineKind;
  /** The LLM of `single`; null for the others. */
  model: LlmId | null;
}

type Part = 'chosen' | 'ranked' | 'best' | 'dearest';

/** The steps of a range that end with the one that is now. */
export function spanOf(range: OverviewRange, now: number): OverviewSpan {
  const { step, steps } = OVERVIEW_RANGES[range];
  const to = (Math.floor(now / step) + 1) * step;
  return { from: to - steps * step, to, step };
}

const PLACE = { chosen: 0, ranked: 4, best: 8, dearest: 12 } as const satisfies Record<Part, number>;

/** Sums of several rows, as one `[DAY_SUMS.length]`. */
function totalOf(rows: readonly SlotRow[]): Float64Array {
  const total = new Float64Array(DAY_SUMS.length);
  for (const { sums } of rows) for (let i = 0; i < total.length; i++) total[i]! += sums[i]!;
  return total;
}

/** Mean quality of a part, and what `decisions` of that kind cost; null where it has none. */
function worth(sums: Float64Array, part: Part, decisions: number): Expected | null {
  const [n, quality, cost, priced] = sums.subarray(PLACE[part], PLACE[part] + 4) as unknown as number[];
  if (n === 0) return null;
  return { quality: quality! / n!, cost_usd: priced === 0 ? null : (cost! / priced!) * decisions };
}

const NOTHING: Expected = { quality: null, cost_usd: null };

function baselineOf(rows: readonly SlotRow[], { kind, model }: Baseline, decisions: number): Expected | null {
  if (decisions === 0) return null;
  if (kind !== 'single') return worth(totalOf(rows), kind, decisions);
  return worth(totalOf(rows.filter((row) => row.model === model)), 'ranked', decisions);
}

function observedOf(rows: readonly AnswerSums[]): Observed {
  const all = noAnswers();
  for (const row of rows) addSums(all, row);
  const { answers, errors, cost_usd: cost, cost_usd_n: priced } = all.sums;
  const score = meanScore(all);
  return {
    answers,
    errors,
    error_share: answers === 0 ? null : errors / answers,
    quality: score?.mean ?? null,
    quality_low: score?.low ?? null,
    quality_high: score?.high ?? null,
    cost_usd: priced === 0 ? null : cost,
    latency_p50_ms: latencyQuantile(all, 0.5),
    latency_p90_ms: latencyQuantile(all, 0.9),
  };
}

function sumsOf({ decisions: rows, answers }: OverviewRows, baseline: Baseline): Overview['totals'] {
  const all = totalOf(rows);
  const decisions = all[PLACE.chosen]!;
  return {
    decisions,
    expected: worth(all, 'chosen', decisions) ?? NOTHING,
    baseline: baselineOf(rows, baseline, decisions),
    observed: observedOf(answers),
  };
}

/** Rows by what `keyOf` says of them. */
function grouped<K>({ decisions, answers }: OverviewRows, keyOf: (row: { at: number; model: string }) => K) {
  const groups = new Map<K, { decisions: SlotRow[]; answers: AnswerRow[] }>();
  const groupOf = (row: { at: number; model: string }) => {
    const key = keyOf(row);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { decisions: [], answers: [] }));
    return group;
  };
  for (const row of decisions) groupOf(row).decisions.push(row);
  for (const row of answers) groupOf(row).answers.push(row);
  return groups;
}

const EMPTY: OverviewRows = { decisions: [], answers: [] };

function pointsOf(rows: OverviewRows, { from, to, step }: OverviewSpan, baseline: Baseline): OverviewPoint[] {
  const groups = grouped(rows, ({ at }) => at);
  return Array.from({ length: (to - from) / step }, (_, i): OverviewPoint => {
    const at = from + i * step;
    const own = groups.get(at) ?? EMPTY;
    const models = own.decisions.flatMap(({ model, sums }): [string, number][] =>
      sums[PLACE.chosen]! > 0 ? [[model, sums[PLACE.chosen]!]] : [],
    );
    return { at: new Date(at).toISOString(), ...sumsOf(own, baseline), models: Object.fromEntries(models) };
  });
}

function modelsOf(rows: OverviewRows, decisions: number): Overview['models'] {
  return Array.from(
    grouped(rows, ({ model }) => model),
    ([model, own]) => {
      const all = totalOf(own.decisions);
      const chosen = all[PLACE.chosen]!;
      return {
        model: model as LlmId,
        decisions: chosen,
        share: decisions === 0 ? 0 : chosen / decisions,
        expected: worth(all, 'chosen', chosen) ?? NOTHING,
        observed: observedOf(own.answers),
      };
    },
  )
    .filter((one) => one.decisions > 0 || one.observed.answers > 0)
    .toSorted((a, b) => b.decisions - a.decisions || (a.model < b.model ? -1 : 1));
}

/** What was routed where over a range, what it is worth beside a baseline, and what came of it. */
export function overviewOf(
  rows: OverviewRows,
  { range, span, baseline }: { range: OverviewRange; span: OverviewSpan; baseline: Baseline },
): Overview {
  const totals = sumsOf(rows, baseline);
  return {
    range,
    from: new Date(span.from).toISOString(),
    to: new Date(span.to).toISOString(),
    step_ms: span.step,
    baseline,
    totals,
    points: pointsOf(rows, span, baseline),
    models: modelsOf(rows, totals.decisions),
  };
}
