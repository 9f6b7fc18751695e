import { EXPECTATIONS, VIEWS, type ExpectedOfBoth, type Expectation, type View } from '../schema/shadow.js';

/** Sums over the decisions of which something is known of both LLMs. */
export interface SumOfBoth {
  n: number;
  active: number;
  candidate: number;
}

/** Running sums of what a shadow decided beside what is in force. */
export interface ShadowSums {
  compared: number;
  agreed: number;
  dropped: number;
  failed: number;
  expected: Record<View, Record<Expectation, SumOfBoth>>;
  /** Decisions by LLM: how many it got, and would have got. */
  models: Map<string, { active: number; candidate: number }>;
}

export function noShadowSums(): ShadowSums {
  const none = (): SumOfBoth => ({ n: 0, active: 0, candidate: 0 });
  const ofView = (): Record<Expectation, SumOfBoth> => ({ quality: none(), cost_usd: none(), latency_ms: none() });
  return {
    compared: 0,
    agreed: 0,
    dropped: 0,
    failed: 0,
    expected: { active: ofView(), candidate: ofView() },
    models: new Map(),
  };
}

function countOf({ models }: ShadowSums, model: string): { active: number; candidate: number } {
  let counts = models.get(model);
  if (counts === undefined) models.set(model, (counts = { active: 0, candidate: 0 }));
  return counts;
}

/** Adds one comparison to `sums`: the LLM that was chosen, the one that the shadow would have chosen. */
export function compare(
  sums: ShadowSums,
  { model, candidate, expected }: { model: string; candidate: string; expected: ExpectedOfBoth },
): void {
  sums.compared++;
  if (model === candidate) sums.agreed++;
  countOf(sums, model).active++;
  countOf(sums, candidate).candidate++;
  for (const view of VIEWS) {
    const { active, candidate: other } = expected[view];
    for (const what of EXPECTATIONS) {
      const [own, others] = [active?.[what] ?? null, other?.[what] ?? null];
      if (own === null || others === null) continue;
      const sum = sums.expected[view][what];
      sum.n++;
      sum.active += own;
      sum.candidate += others;
    }
  }
}

/** Adds `more` to `sums`, such as what could not be written. */
export function addShadowSums(sums: ShadowSums, more: ShadowSums): void {
  for (const count of ['compared', 'agreed', 'dropped', 'failed'] as const) sums[count] += more[count];
  for (const view of VIEWS)
    for (const what of EXPECTATIONS)
      for (const field of ['n', 'active', 'candidate'] as const)
        sums.expected[view][what][field] += more.expected[view][what][field];
  for (const [model, { active, candidate }] of more.models) {
    const counts = countOf(sums, model);
    counts.active += active;
    counts.candidate += candidate;
  }
}
