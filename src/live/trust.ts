import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import { UNKNOWN_TASK, type Alert } from '../schema/drift.js';
import type { GroupShare } from '../machines/correction.js';
import type { ScoredLlm } from '../scoring/types.js';
import { worseningOf } from '../machines/drift-stream.js';

/** How likely an LLM that an alert is open of is well again: chance goes by it, so that it gets some queries. */
const WELL_AGAIN = 0.1;

type Worsening = Pick<Alert, 'task' | 'signal' | 'before' | 'after'>;

/** Probability that a query is of an alert's task or kind: all are, where the alert knew none and none is known. */
function shareOf(task: string, groups: readonly GroupShare[]): number {
  if (groups.length === 0) return task === UNKNOWN_TASK ? 1 : 0;
  return groups.find(({ group }) => group === task)?.probability ?? 0;
}

/** One LLM's scores, lowered by its alerts: each counts by the probability that the query is of its task or kind. */
function distrusted(
  scored: ScoredLlm,
  alerts: readonly Worsening[],
  { groups, follows }: Pick<Distrusting, 'groups' | 'follows'>,
): ScoredLlm {
  let { quality, uncertainty, latencyMs, latencyP90Ms } = scored;
  let lost = 0;
  for (const { task, signal, before, after } of alerts) {
    if (signal === 'score' && follows(scored.model)) continue;
    const worse = shareOf(task, groups) * Math.max(0, worseningOf(signal, before, after));
    if (worse === 0) continue;
    if (signal === 'latency') {
      if (latencyMs !== null) latencyMs *= 1 + worse;
      if (latencyP90Ms !== null) latencyP90Ms *= 1 + worse;
      continue;
    }
    // A failed answer is worth nothing, whatever the others are worth.
    const drop = signal === 'error' ? quality * worse : Math.min(quality, worse);
    quality -= drop;
    lost += drop;
    uncertainty = Math.hypot(uncertainty, drop / 2);
  }
  const { chance, gain } = scored.recovery ?? { chance: WELL_AGAIN, gain: 0 };
  const recovery = lost === 0 ? scored.recovery : { chance, gain: gain + lost };
  return { ...scored, quality, uncertainty, latencyMs, latencyP90Ms, ...(recovery && { recovery }) };
}

/**
 * Scores after open alerts of worsening: expected quality lowered by the drop (of an error rate, by the share of
 * answers that fail beyond the usual), its standard deviation widened by half of that, expected latency scaled by the
 * ratio. By chance it is asked as if it were well again one time in ten, so that an alert can end.
 */
export function distrust(scored: readonly ScoredLlm[], { alerts, groups, follows }: Distrusting): ScoredLlm[] {
  return scored.map((llm) => {
    const own = alerts.get(llm.model);
    return own === undefined ? llm : distrusted(llm, own, { groups, follows });
  });
}

/** By what scores are lowered. */
export interface Distrusting {
  alerts: ReadonlyMap<string, readonly Worsening[]>;
  /** Probability of each task, or kind, for the query that is scored; none where neither is known. */
  groups: readonly GroupShare[];
  /**
   * Whether an LLM's expected scores follow its answers by themselves (`corrections.ts`): with its alerts of scores,
   * what was observed would count twice.
   */
  follows(model: string): boolean;
}

/** What alerts say of the LLMs, as decisions read it. */
export interface Trust {
  /**
   * @param follows whether an LLM's expected scores follow its answers by themselves (`live/corrections.ts`): of its
   *   alerts, those of error rates and latencies count
   * @param groupsOf what the query may be of, asked for only where an alert is open
   */
  adjust(scored: ScoredLlm[], follows: Distrusting['follows'], groupsOf: () => readonly GroupShare[]): ScoredLlm[];
}

/** Trust that follows the ledger, which all API processes share. */
export interface LiveTrust extends Trust, Live {}

/** Where nothing is watched. */
export const FULL_TRUST: Trust = { adjust: (scored) => scored };

export async function openLiveTrust({
  ledger,
  log,
}: {
  ledger: Pick<Ledger, 'alerts'>;
  log: Logger;
}): Promise<LiveTrust> {
  let open: ReadonlyMap<string, Alert[]> = new Map();

  async function refresh(): Promise<void> {
    const alerts = await ledger.alerts.open();
    const gone = new Set([...open.values()].flat().map(({ id }) => id));
    for (const { id, model, task, signal, before, after } of alerts)
      if (!gone.delete(id))
        log.warn(
          { alert: id, model, task, signal, before, after },
          'drift: an LLM got worse on a task or kind, and is expected to do less well there',
        );
    for (const id of gone) log.info({ alert: id }, 'drift: an alert is resolved');
    open = byModel(alerts);
  }

  await refresh();
  return {
    name: 'trust',
    eager: ['alerts', 'catalog'],
    lazy: [],
    adjust: (scored, follows, groupsOf) =>
      open.size === 0 ? scored : distrust(scored, { alerts: open, groups: groupsOf(), follows }),
    refresh,
  };
}

function byModel(alerts: readonly Alert[]): Map<string, Alert[]> {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) groups.set(alert.model, [...(groups.get(alert.model) ?? []), alert]);
  return groups;
}
