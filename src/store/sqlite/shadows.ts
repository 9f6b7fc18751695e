import { noShadowSums, type ShadowSums } from '../../machines/shadow-sums.js';
import { EXPECTATIONS, VIEWS, type Expectation, type ExpectedOfBoth, type View } from '../../schema/shadow.js';
import { MOST_DISAGREEMENTS, type ShadowDisagreement, type ShadowStore } from '../ports/shadows.js';
import type { Connection } from './connection.js';

/** Added up, dollars may end a little below what was claimed and given back. */
const ROUNDING_USD = 1e-9;

const COUNTS = ['compared', 'agreed', 'dropped', 'failed'] as const;

interface Totals extends Record<(typeof COUNTS)[number], number> {
  wins: number;
  losses: number;
  ties: number;
  spent_usd: number;
}

interface DisagreementRow extends Omit<ShadowDisagreement, 'expected'> {
  expected: string | null;
}

/** What shadows would have decided. */
export function createShadows(connection: Connection): ShadowStore {
  const { db } = connection;
  const make = db.prepare<[string]>(
    'INSERT INTO shadow (experiment) SELECT name FROM experiment WHERE name = ? ON CONFLICT DO NOTHING',
  );
  const find = db.prepare<[string], unknown>('SELECT 1 FROM shadow WHERE experiment = ?');
  const count = db.prepare<Pick<ShadowSums, (typeof COUNTS)[number]> & { experiment: string }>(
    `UPDATE shadow SET ${COUNTS.map((name) => `${name} = ${name} + @${name}`).join(', ')}
     WHERE experiment = @experiment`,
  );
  const expect = db.prepare<[string, View, Expectation, number, number, number]>(
    'INSERT INTO shadow_expected VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n, ' +
      'active = active + excluded.active, candidate = candidate + excluded.candidate',
  );
  const choose = db.prepare<[string, string, number, number]>(
    'INSERT INTO shadow_llm VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET ' +
      'active = active + excluded.active, candidate = candidate + excluded.candidate',
  );
  const insert = db.prepare<Omit<DisagreementRow, 'raw'> & { experiment: string }>(
    `INSERT INTO shadow_disagreement (experiment, decision, at, model, candidate, expected)
     VALUES (@experiment, @decision, @at, @model, @candidate, @expected)
     ON CONFLICT DO UPDATE SET expected = excluded.expected`,
  );
  const judge = db.prepare<Omit<DisagreementRow, 'expected'> & { experiment: string }>(
    `INSERT INTO shadow_disagreement (experiment, decision, at, model, candidate, raw)
     VALUES (@experiment, @decision, @at, @model, @candidate, @raw)
     ON CONFLICT DO UPDATE SET raw = excluded.raw WHERE raw IS NULL`,
  );
  // Ids of decisions sort by time.
  const oldestKept = db
    .prepare<[string], string>(
      `SELECT decision FROM shadow_disagreement WHERE experiment = ? ORDER BY decision DESC
       LIMIT 1 OFFSET ${MOST_DISAGREEMENTS - 1}`,
    )
    .pluck();
  const trim = db.prepare<[string, string]>('DELETE FROM shadow_disagreement WHERE experiment = ? AND decision < ?');
  const totals = db.prepare<[string], Totals>('SELECT * FROM shadow WHERE experiment = ?');
  const expected = db.prepare<[string], { view: View; measure: Expectation; n: number } & Record<View, number>>(
    'SELECT view, measure, n, active, candidate FROM shadow_expected WHERE experiment = ?',
  );
  const chosen = db.prepare<[string], { llm: string; active: number; candidate: number }>(
    'SELECT llm, active, candidate FROM shadow_llm WHERE experiment = ?',
  );
  const page = db.prepare<[string, string, number], DisagreementRow>(
    `SELECT decision, at, model, candidate, expected, raw FROM shadow_disagreement
     WHERE experiment = ? AND decision < ? ORDER BY decision DESC LIMIT ?`,
  );
  const isJudged = db.prepare<[string, string], unknown>(
    'SELECT 1 FROM shadow_disagreement WHERE experiment = ? AND decision = ? AND raw IS NOT NULL',
  );
  const spend = db.prepare<[number, string]>(
    'UPDATE shadow SET spent_usd = max(0.0, spent_usd + ?) WHERE experiment = ?',
  );
  const score = db.prepare<{ wins: number; losses: number; ties: number; experiment: string }>(
    'UPDATE shadow SET wins = wins + @wins, losses = losses + @losses, ties = ties + @ties ' +
      'WHERE experiment = @experiment',
  );

  /** Whether a shadow is still there; inside a write transaction. */
  function isThere(experiment: string): boolean {
    make.run(experiment);
    return find.get(experiment) !== undefined;
  }

  function trimmed(experiment: string): void {
    const oldest = oldestKept.get(experiment);
    if (oldest !== undefined) trim.run(experiment, oldest);
  }

  function addSums(
    experiment: string,
    { expected: sums, models, compared, agreed, dropped, failed }: ShadowSums,
  ): void {
    count.run({ experiment, compared, agreed, dropped, failed });
    for (const view of VIEWS)
      for (const what of EXPECTATIONS) {
        const { n, active, candidate } = sums[view][what];
        if (n > 0) expect.run(experiment, view, what, n, active, candidate);
      }
    for (const [llm, { active, candidate }] of models) choose.run(experiment, llm, active, candidate);
  }

  function sumsOf(experiment: string, row: Totals | undefined): ShadowSums {
    const sums = noShadowSums();
    if (row !== undefined) for (const name of COUNTS) sums[name] = row[name];
    for (const { view, measure, ...sum } of expected.all(experiment)) sums.expected[view][measure] = sum;
    for (const { llm, ...counts } of chosen.all(experiment)) sums.models.set(llm, counts);
    return sums;
  }

  return {
    async add(news) {
      if (news.length === 0) return;
      connection.write(() => {
        for (const { experiment, sums, disagreements } of news) {
          if (!isThere(experiment)) continue;
          addSums(experiment, sums);
          for (const one of disagreements)
            insert.run({ ...one, experiment, expected: one.expected === null ? null : JSON.stringify(one.expected) });
          if (disagreements.length > 0) trimmed(experiment);
        }
      });
    },
    totals: async (experiment) =>
      connection.read(() => {
        const row = totals.get(experiment);
        const { wins = 0, losses = 0, ties = 0, spent_usd: spentUsd = 0 } = row ?? {};
        return { sums: sumsOf(experiment, row), wins, losses, ties, spentUsd };
      }),
    disagreements: async (experiment, { before = '~', limit }) =>
      page.all(experiment, before, limit).map(({ expected: json, ...row }) => ({
        ...row,
        expected: json === null ? null : (JSON.parse(json) as ExpectedOfBoth),
      })),
    isJudged: async (experiment, decision) => isJudged.get(experiment, decision) !== undefined,
    claim: async ({ experiment, usd, budgetUsd }) =>
      connection.write(() => {
        if (!isThere(experiment)) return false;
        const isLeft = totals.get(experiment)!.spent_usd + usd <= budgetUsd + ROUNDING_USD;
        if (isLeft) spend.run(usd, experiment);
        return isLeft;
      }),
    async settle({ experiment, claimedUsd, spentUsd, verdict }) {
      connection.write(() => {
        if (!isThere(experiment)) return;
        spend.run(spentUsd - claimedUsd, experiment);
        if (verdict === null || judge.run({ experiment, ...verdict }).changes === 0) return;
        const { raw } = verdict;
        score.run({ experiment, wins: Number(raw < 0.5), losses: Number(raw > 0.5), ties: Number(raw === 0.5) });
        trimmed(experiment);
      });
    },
  };
}
