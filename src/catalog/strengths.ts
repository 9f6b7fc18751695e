import { breathe } from '../base/breathe.js';
import { CLOSED, healthOf } from '../machines/breaker.js';
import type { Grouping, LlmStrength, ScoreEstimate, StrengthList } from '../schema/known-profile.js';
import type { LlmId } from '../schema/ids.js';
import type { LearnedStrengths } from '../scoring/types.js';
import { inInterval, takenBy, type KnownParts } from './known.js';

/** Tasks or kinds that are shown. */
const SHOWN = 50;
/** LLMs between two breaths. */
const BREATH = 16;

type Estimates = ReadonlyMap<string, ScoreEstimate>;

function groupsIn({ tasks, kinds }: LearnedStrengths, by: Grouping | undefined): Estimates {
  if (by === undefined) return new Map();
  return by === 'task'
    ? new Map(tasks.map(({ task, ...own }) => [task, inInterval(own)]))
    : new Map(kinds.map(({ kind, ...own }) => [kind, inInterval(own)]));
}

/** Names of groups, those of most answers first. */
function mostAnswered(all: readonly Estimates[]): string[] {
  const answers = new Map<string, number>();
  for (const own of all)
    for (const [group, estimate] of own) answers.set(group, (answers.get(group) ?? 0) + estimate.answers);
  return [...answers]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, SHOWN)
    .map(([group]) => group);
}

/** What every LLM is expected to do, overall and by task or kind, what its answers take, and how it is. */
export async function strengthsOfAll(
  { ledger, scorer, clock }: Omit<KnownParts, 'history' | 'nearest'>,
  by: Grouping | undefined,
): Promise<StrengthList> {
  const [stats, breakers, alerts] = await Promise.all([
    ledger.feedback.stats(),
    ledger.breakers.list(),
    ledger.alerts.open(),
  ]);
  const statsOf = new Map(stats.map((row) => [row.id as string, row]));
  const [now, wall] = [ledger.steady(), clock()];
  const found: { own: Estimates; model: Omit<LlmStrength, 'groups'> }[] = [];
  for (const profile of scorer.profiles) {
    const id: LlmId = profile.id;
    const strengths = scorer.strengths(id, 'groups');
    found.push({
      own: groupsIn(strengths, by),
      model: {
        model: id,
        overall: inInterval(strengths.overall),
        usage: takenBy(profile, statsOf.get(id)),
        state: healthOf(id, breakers.get(id) ?? CLOSED, now, wall).state,
        alerts: alerts.filter((alert) => alert.model === id).length,
      },
    });
    if (found.length % BREATH === 0) await breathe();
  }
  const groups = mostAnswered(found.map(({ own }) => own));
  return {
    version: scorer.version,
    router: scorer.router,
    groups,
    models: found
      .map(({ own, model }) => ({ ...model, groups: groups.map((group) => own.get(group) ?? null) }))
      .toSorted((a, b) => (a.model < b.model ? -1 : 1)),
  };
}
