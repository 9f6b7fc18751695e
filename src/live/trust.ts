import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import { UNKNOWN_TASK, type Alert } from '../schema/drift.js';
import type { ScoredLlm, TaskShare } from '../scoring/types.js';
import { worseningOf } from '../machines/drift-stream.js';

type Worsening = Pick<Alert, 'task' | 'signal' | 'before' | 'after'>;

/** Probability that a query is of a task, `unknown` where none is known. */
function shareOf(task: string, shares: readonly TaskShare[]): number {
  if (shares.length === 0) return task === UNKNOWN_TASK ? 1 : 0;
  return shares.find((share) => share.task === task)?.probability ?? 0;
}

/** One LLM's scores, lowered by its alerts: each counts by the probability that the query is of its task. */
function distrusted(scored: ScoredLlm, alerts: readonly Worsening[], shares: readonly TaskShare[]): ScoredLlm {
  let { quality, uncertainty, latencyMs, latencyP90Ms } = scored;
  for (const { task, signal, before, after } of alerts) {
    const share = shareOf(task, shares);
    const worse = share * Math.max(0, worseningOf(signal, before, after));
    if (worse === 0) continue;
    if (signal === 'latency') {
      if (latencyMs !== null) latencyMs *= 1 + worse;
      if (latencyP90Ms !== null) latencyP90Ms *= 1 + worse;
      continue;
    }
    // A failed answer is worth nothing, whatever the others are worth.
    const drop = signal === 'error' ? quality * worse : Math.min(quality, worse);
    quality -= drop;
    uncertainty = Math.hypot(uncertainty, drop / 2);
  }
  return { ...scored, quality, uncertainty, latencyMs, latencyP90Ms };
}

/**
 * Scores after open alerts of worsening: expected quality lowered by the drop (of an error rate, by the share of
 * answers that fail beyond the usual), its standard deviation widened by half of that, expected latency scaled by the
 * ratio.
 *
 * @param shares probability of each task, for the query that is scored; none where no task is known
 */
export function distrust(
  scored: readonly ScoredLlm[],
  alerts: ReadonlyMap<string, readonly Worsening[]>,
  shares: readonly TaskShare[],
): ScoredLlm[] {
  return scored.map((llm) => {
    const own = alerts.get(llm.model);
    return own === undefined ? llm : distrusted(llm, own, shares);
  });
}

/** What alerts say of the LLMs, as decisions read it. */
export interface Trust {
  /** @param tasksOf probability of each task for the query, asked for only where an alert is open */
  adjust(scored: ScoredLlm[], tasksOf: () => readonly TaskShare[]): ScoredLlm[];
}

/** Trust that follows the ledger, which all API processes share. */
export interface LiveTrust extends Trust, Live {
  /** Whether an LLM's scores may have been lowered at some time from `since` (milliseconds since the epoch) on. */
  lowered(model: string, since: number): boolean;
}

/** Where nothing is watched. */
export const FULL_TRUST: Trust = { adjust: (scored) => scored };

export async function openLiveTrust({
  ledger,
  clock,
  log,
}: {
  ledger: Pick<Ledger, 'alerts'>;
  clock: Clock;
  log: Logger;
}): Promise<LiveTrust> {
  let open: ReadonlyMap<string, Alert[]> = new Map();
  /** When an alert of each LLM was last seen open. */
  const lastOpen = new Map<string, number>();

  async function refresh(): Promise<void> {
    const alerts = await ledger.alerts.open();
    const known = new Set([...open.values()].flat().map(({ id }) => id));
    for (const { id, model, task, signal, before, after } of alerts)
      if (!known.delete(id))
        log.warn(
          { alert: id, model, task, signal, before, after },
          'drift: an LLM got worse on a task, and is trusted less there',
        );
    for (const id of known) log.info({ alert: id }, 'drift: an alert is resolved');
    open = byModel(alerts);
    for (const model of open.keys()) lastOpen.set(model, clock());
  }

  await refresh();
  return {
    name: 'trust',
    eager: ['alerts', 'catalog'],
    lazy: [],
    adjust: (scored, tasksOf) => (open.size === 0 ? scored : distrust(scored, open, tasksOf())),
    lowered: (model, since) => (lastOpen.get(model) ?? -Infinity) >= since,
    refresh,
  };
}

function byModel(alerts: readonly Alert[]): Map<string, Alert[]> {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) groups.set(alert.model, [...(groups.get(alert.model) ?? []), alert]);
  return groups;
}
