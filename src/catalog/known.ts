import type { Clock } from '../base/clock.js';
import { CLOSED, healthOf } from '../machines/breaker.js';
import type { KnownProfile, LearnedProfile, LlmUsage, ScoreEstimate } from '../schema/known-profile.js';
import type { LlmId } from '../schema/ids.js';
import type { LlmProfile } from '../schema/profile.js';
import { likenessOf } from '../scoring/likeness.js';
import type { Estimate, LearnedStrengths, Scorer } from '../scoring/types.js';
import { usageOf } from '../scoring/usage.js';
import type { LlmStats } from '../store/ports/feedback.js';
import type { Ledger } from '../store/ports/index.js';
import type { History } from './history.js';

/** Standard deviations to each side of an interval that holds four in five. */
const FOUR_IN_FIVE = 1.2816;
/** LLMs that are named as nearest. */
const NEAREST = 5;

export interface KnownParts {
  ledger: Pick<Ledger, 'steady' | 'catalog' | 'feedback' | 'snapshot' | 'alerts' | 'breakers' | 'retention'>;
  scorer: Scorer;
  history: History;
  clock: Clock;
  /** How many of the nearest LLMs are named; five unless given. */
  nearest?: number;
}

/** An estimate with its interval. */
export const inInterval = ({ score, deviation, answers }: Estimate): ScoreEstimate => ({
  score,
  low: Math.max(0, score - FOUR_IN_FIVE * deviation),
  high: Math.min(1, score + FOUR_IN_FIVE * deviation),
  answers,
});

const bestFirst = <T extends ScoreEstimate>(estimates: T[]): T[] => estimates.toSorted((a, b) => b.score - a.score);

/** What answers of an LLM take, of all that is logged of it. */
export function takenBy(profile: LlmProfile, own: LlmStats | undefined): LlmUsage {
  const { meanCostUsd, completionTokens, latencyMs, latencyP90Ms } = usageOf(profile, own, [])(null);
  return {
    answers: own?.interactions ?? 0,
    scored: own?.scored ?? 0,
    mean_score: own === undefined || own.scored === 0 ? null : own.meanScore,
    error_rate: own === undefined || own.interactions === 0 ? 0 : own.failed / own.interactions,
    cost_usd: meanCostUsd,
    completion_tokens: completionTokens,
    latency_ms: latencyMs,
    latency_p90_ms: latencyP90Ms,
  };
}

/** Estimates of domains: of each, over its tasks, each counting as its answers do, and one more. */
function domainsOf(
  { tasks, overall }: Pick<LearnedStrengths, 'tasks' | 'overall'>,
  links: readonly { task: string; domain: string }[],
): LearnedProfile['domains'] {
  const domains = new Map<string, LearnedStrengths['tasks']>();
  for (const { task, domain } of links) {
    const estimate = tasks.find((one) => one.task === task);
    if (estimate !== undefined) domains.set(domain, [...(domains.get(domain) ?? []), estimate]);
  }
  // Tasks of one LLM are off together by its level, and each by itself.
  const level = overall.deviation ** 2;
  const apart = (one: Estimate): number => Math.sqrt(Math.max(0, one.deviation ** 2 - level));
  return Array.from(domains, ([domain, own]) => {
    const weight = own.reduce((sum, one) => sum + one.answers + 1, 0);
    const shareOf = (one: Estimate): number => (one.answers + 1) / weight;
    return {
      domain,
      ...inInterval({
        score: own.reduce((sum, one) => sum + shareOf(one) * one.score, 0),
        deviation: Math.sqrt(level + own.reduce((sum, one) => sum + (shareOf(one) * apart(one)) ** 2, 0)),
        answers: own.reduce((sum, one) => sum + one.answers, 0),
      }),
    };
  });
}

/** An LLM's profile as texts in the version in force, without one that may quote what was forgotten. */
async function textsOf(
  { ledger, history }: Pick<KnownParts, 'ledger' | 'history'>,
  version: string,
  id: string,
): Promise<LearnedProfile['texts']> {
  const texts = await history.textsIn(version, id);
  if (texts === null) return null;
  const quoted = await history.quotedIn(version);
  const forgot =
    quoted === null
      ? await ledger.retention.forgot()
      : (await ledger.snapshot.texts(quoted)).some((text) => text === undefined);
  return forgot ? { ...texts, structured: null } : texts;
}

/** What is known of an LLM: declared, and learned beside it. Undefined where there is none. */
export async function knownProfile(parts: KnownParts, id: LlmId): Promise<KnownProfile | undefined> {
  const { ledger, scorer, history, clock, nearest = NEAREST } = parts;
  const profile = await ledger.catalog.get(id);
  if (profile === undefined || !scorer.models.includes(id)) return undefined;
  const { overall, tasks, kinds, queries } = scorer.strengths(id);
  const [stats, links, texts, breakers, alerts] = await Promise.all([
    ledger.feedback.stats(),
    ledger.catalog.taskDomains(),
    ledger.snapshot.texts(queries.map(({ queryHash }) => queryHash)),
    ledger.breakers.list(),
    ledger.alerts.open(),
  ]);
  const own = stats.find((one) => one.id === id);
  const compared = queries.map(({ queryHash, score, others }, i) => ({
    query: texts[i] ?? null,
    query_hash: queryHash,
    score,
    others,
  }));
  const learned: LearnedProfile = {
    version: scorer.version,
    router: scorer.router,
    overall: inInterval(overall),
    tasks: bestFirst(tasks.map(({ task, ...rest }) => ({ task, ...inInterval(rest) }))),
    domains: bestFirst(domainsOf({ tasks, overall }, links)),
    kinds: bestFirst(kinds.map(({ kind, ...rest }) => ({ kind, ...inInterval(rest) }))),
    wins: compared.filter(({ score, others }) => score > others),
    losses: compared.filter(({ score, others }) => score < others).toReversed(),
    usage: takenBy(profile, own),
    nearest: scorer
      .nearest(id)
      .slice(0, nearest)
      .map(({ model, similarity }) => ({
        model: model as LlmId,
        similarity,
        shared: likenessOf(
          profile,
          scorer.profiles.find((other) => other.id === model)!,
        ).shared,
      })),
    health: healthOf(id, breakers.get(id) ?? CLOSED, ledger.steady(), clock()),
    alerts: alerts.filter(({ model }) => model === id),
    history: await history.of(id),
    texts: scorer.version === null ? null : await textsOf(parts, scorer.version, id),
  };
  return { ...profile, learned };
}
