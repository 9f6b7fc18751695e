import type { Interaction } from '../../schema/feedback.js';
import type { Connection } from './connection.js';
import type { LlmUsage } from './llm-usage.js';
import { BEFORE_CHANGE } from '../../graph/recency.js';
import type { LlmStats } from '../ports/feedback.js';

const COLUMNS = [
  'interactions',
  'scored',
  'score',
  'score_weight',
  'wins',
  'losses',
  'cost_usd',
  'cost_usd_n',
  'failed',
] as const;
type Totals = Record<(typeof COLUMNS)[number], number>;

/** What an answer was like; its query doesn't matter. */
export type Answered = Pick<Interaction, 'score' | 'cost_usd' | 'error'>;

/** Sums of one transaction's feedback per LLM, added to the table at its end. */
export interface TotalsSession {
  interaction(llm: number, value: Answered): void;
  /** A score of an answer that is counted already, and its weight. */
  score(llm: number, score: number, weight: number): void;
  preference(better: number, worse: number): void;
  flush(): void;
}

export interface LlmTotals {
  session(): TotalsSession;
  /** Live LLMs in no order; means are NaN where nothing was reported. */
  read(): LlmStats[];
}

export function createLlmTotals({ db }: Connection, usage: LlmUsage): LlmTotals {
  const add = db.prepare(
    `INSERT INTO llm_total (llm, ${COLUMNS.join(', ')}) VALUES (@llm, ${COLUMNS.map((c) => `@${c}`).join(', ')})
     ON CONFLICT (llm) DO UPDATE SET ${COLUMNS.map((c) => `${c} = ${c} + excluded.${c}`).join(', ')}`,
  );
  const rows = db.prepare<
    [],
    { name: string; before: number; before_score: number; before_weight: number } & {
      [column in keyof Totals]: number | null;
    }
  >(
    `SELECT name, ${COLUMNS.map((c) => `s.${c}`).join(', ')},
       ifnull(b.scored, 0) AS before, ifnull(b.score, 0) AS before_score,
       ifnull(b.score_weight, 0) AS before_weight
     FROM llm LEFT JOIN llm_total s ON s.llm = llm.id LEFT JOIN llm_before_change b ON b.llm = llm.id
     WHERE deleted = 0`,
  );
  return {
    session() {
      const sums = new Map<number, Totals>();
      const of = (llm: number): Totals => {
        let totals = sums.get(llm);
        if (totals === undefined) sums.set(llm, (totals = Object.fromEntries(COLUMNS.map((c) => [c, 0])) as Totals));
        return totals;
      };
      return {
        interaction: (llm, value) => count(of(llm), value),
        score: (llm, score, weight) => countScore(of(llm), score, weight),
        preference(better, worse) {
          of(better).wins++;
          of(worse).losses++;
        },
        flush() {
          for (const [llm, totals] of sums) add.run({ llm, ...totals });
          sums.clear();
        },
      };
    },
    read() {
      const taken = usage.read();
      return rows.all().map((row) => ({
        id: row.name,
        meanScore: mean(row.score, row.score_weight),
        interactions: row.interactions ?? 0,
        scored: row.scored ?? 0,
        wins: row.wins ?? 0,
        losses: row.losses ?? 0,
        failed: row.failed ?? 0,
        costUsd: mean(row.cost_usd, row.cost_usd_n),
        now: nowOf(
          { scored: row.scored ?? 0, score: row.score ?? 0, weight: row.score_weight ?? 0 },
          { scored: row.before, score: row.before_score, weight: row.before_weight },
        ),
        usage: taken.get(row.name) ?? [],
      }));
    },
  };
}

/** How many scores there were, and their sums: of scores by their weights, and of the weights. */
interface ScoreSums {
  scored: number;
  score: number;
  weight: number;
}

/** @param before scores from before the LLM last changed, among `all` */
function nowOf(all: ScoreSums, before: ScoreSums): LlmStats['now'] {
  const since = all.scored - before.scored;
  if (!Number.isFinite(all.score) || !Number.isFinite(before.score))
    return { scored: since, meanScore: NaN, weight: 0 };
  // As in a snapshot, they count less once there are others.
  const lost = since > 0 ? 1 - BEFORE_CHANGE : 0;
  const weight = all.weight - lost * before.weight;
  return { scored: since, meanScore: mean(all.score - lost * before.score, weight), weight };
}

function countScore(totals: Totals, score: number, weight: number): void {
  totals.scored++;
  totals.score += weight * score;
  totals.score_weight += weight;
}

function count(totals: Totals, value: Answered): void {
  totals.interactions++;
  if (value.error !== undefined) totals.failed++;
  if (value.score !== undefined) countScore(totals, value.score, 1);
  if (value.cost_usd !== undefined) {
    totals.cost_usd += value.cost_usd;
    totals.cost_usd_n++;
  }
}

function mean(sum: number | null, reported: number | null): number {
  return sum === null || !Number.isFinite(sum) || !reported ? NaN : sum / reported;
}
