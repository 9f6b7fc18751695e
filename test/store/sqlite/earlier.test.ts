import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type SQLite from 'better-sqlite3';
import type { PointsmanError } from '../../../src/base/errors.js';
import { sha256 } from '../../../src/base/hash.js';
import { packageRoot } from '../../../src/base/paths.js';
import { openLedger } from '../../../src/store/open.js';
import { Database } from '../../../src/store/sqlite/database.js';
import { interaction, openFor, START, tempFolder } from '../support.js';

/** Made by `scripts/fixtures/ledgers.ts`: a ledger of each schema that was ever committed. */
const FIXTURES = join(packageRoot, 'test/store/fixtures');
const NAMES = readdirSync(FIXTURES).toSorted();

function restore(t: TestContext, name: string): string {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const db = new Database(path);
  db.transaction(() => db.exec(readFileSync(join(FIXTURES, name), 'utf8')))();
  db.close();
  return path;
}

/** Tables with their columns, indexes with theirs, and triggers: what a schema is, apart from how it was written. */
function schemaOf(path: string): unknown {
  const db = new Database(path, { readonly: true });
  const parts = partsOf(db);
  db.close();
  return parts;
}

function partsOf(db: SQLite.Database): unknown {
  const list = db.prepare<[], { type: string; name: string; sql: string | null }>(
    'SELECT type, name, sql FROM sqlite_master ORDER BY type, name',
  );
  return list.all().map(({ type, name, sql }) => ({
    type,
    name,
    columns: type === 'table' ? db.pragma(`table_xinfo("${name}")`) : [],
    references: type === 'table' ? db.pragma(`foreign_key_list("${name}")`) : [],
    checks: sql === null || type !== 'table' ? null : (sql.match(/CHECK \(.*\)/g)?.length ?? 0),
    keys: type === 'index' ? db.pragma(`index_xinfo("${name}")`) : [],
    partial: type === 'index' ? /WHERE .*/.exec(sql ?? '')?.[0] : undefined,
    text: type === 'trigger' ? sql : undefined,
  }));
}

test('there is a ledger of every schema that was committed', () => {
  const versions = NAMES.map((name) => Number(name.slice(0, 2)));
  assert.deepEqual(
    versions,
    [1, 2, 3, 4, 5, 6, 6, 7, 8, 9, 9, 9, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 25, 26],
  );
});

for (const name of NAMES) {
  const version = Number(name.slice(0, 2));

  test(`a ledger of ${name} opens and has what was written`, async (t) => {
    const path = restore(t, name);
    const ledger = await openFor(t, path);

    const alpha = await ledger.catalog.get('lab/alpha');
    assert.equal(alpha?.revision, version >= 4 ? 'r2' : undefined);
    assert.deepEqual(
      [alpha?.description, alpha?.family, alpha?.size_b, alpha?.input_price, alpha?.benchmarks],
      ['Large', 'alpha', 70, 1.5, { sums: 0.75 }],
    );
    const beta = await ledger.catalog.get('lab/beta');
    assert.deepEqual([beta?.tags, beta?.capabilities], [['small'], version >= 5 ? ['tools'] : undefined]);
    assert.equal((await ledger.catalog.list()).length, 2, 'one was deleted');

    assert.deepEqual(await ledger.feedback.counts(), { interactions: 3, preferences: 1, queries: 2 });
    const stats = await ledger.feedback.stats();
    assert.deepEqual(
      stats.map(({ id, interactions, meanScore, wins, losses, costUsd }) => [
        id,
        interactions,
        meanScore,
        wins,
        losses,
        Number.isNaN(costUsd) ? null : costUsd,
      ]),
      [
        ['lab/alpha', 2, 0.75, 1, 0, 0.25],
        ['lab/beta', 1, 0, 0, 1, null],
      ],
    );
    const sums = stats[0]!.usage.find(({ task }) => task === 'sums');
    assert.deepEqual([sums?.completionTokens, sums?.completionTokensN, sums?.latencyN], [10, 1, 1]);
    assert.ok(Math.abs(sums!.logLatency - Math.log(100)) < 1e-9);

    assert.deepEqual((await ledger.decisions.get(['d1'])).get('d1'), {
      id: 'd1',
      at: START,
      query: '2 + 2',
      queryHash: sha256('2 + 2'),
      task: 'sums',
      model: 'lab/alpha',
      version: 'v1',
      router: 'learned',
      policy: 'quality',
      rules: '{}',
      ranking: '[]',
      excluded: '[]',
      propensity: 1,
      cascade: null,
      tenant: null,
      experiment: null,
      arm: null,
    });
    assert.deepEqual(
      (await ledger.decisions.outcomes(['d1'])).get('d1')?.map(({ model, score }) => [model, score]),
      [['lab/alpha', 1]],
    );
    assert.deepEqual(await ledger.snapshot.texts([sha256('Where is Lyon?')]), ['Where is Lyon?']);
    assert.deepEqual((await ledger.embeddings.get('e', [sha256('2 + 2')])).get(sha256('2 + 2')), Float32Array.of(1, 2));

    assert.equal(await ledger.artifacts.activeVersion(), 'v1');
    const artifact = await ledger.artifacts.get('v1');
    assert.deepEqual([artifact?.router, artifact?.status, artifact?.ledger_rows], ['learned', 'accepted', 4]);
    assert.deepEqual(await ledger.schedule.get(), { pattern: '0 3 * * *', min_new_interactions: 5 });
    assert.equal((await ledger.breakers.list()).get('lab/beta')?.calls, version >= 3 ? 1 : undefined);
    assert.deepEqual([...(await ledger.policies.list())], version >= 6 ? [['night', { cheapest_within: 0.05 }]] : []);
    assert.deepEqual(
      (await ledger.alerts.list(9)).map(({ id }) => id),
      version >= 8 ? ['a1'] : [],
    );
    assert.deepEqual(alpha?.deployments, version >= 20 ? [{ provider: 'lab', model: 'alpha' }] : undefined);
    assert.deepEqual(
      (await ledger.providers.list()).map((provider) => [provider.name, provider.base_url]),
      version >= 20 ? [['lab', 'https://lab.test/v1']] : [],
    );
    const call = await ledger.calls.last(sha256('a conversation'));
    const answered = ['lab/alpha', 'lab', 10];
    assert.deepEqual(call && [call.model, call.provider, call.completionTokens], version >= 21 ? answered : undefined);
    const verdict = await ledger.judge.verdict('d1');
    assert.deepEqual(
      verdict && [verdict.judge, verdict.raw, verdict.value],
      version >= 22 ? ['lab/beta', 0.75, 0.5] : undefined,
    );

    await ledger.feedback.append([{ records: [interaction('2 + 2', 'lab/alpha', 1)] }]);
    assert.deepEqual(await ledger.feedback.counts(), { interactions: 4, preferences: 1, queries: 2 });
  });

  test(`a ledger of ${name} gets the schema of a new one`, async (t) => {
    const path = restore(t, name);
    await (await openLedger(path, { clock: () => START })).close();
    const fresh = join(tempFolder(t), 'fresh.sqlite');
    await (await openLedger(fresh, { clock: () => START })).close();
    assert.deepEqual(schemaOf(path), schemaOf(fresh));
    const db = new Database(path, { readonly: true });
    assert.deepEqual(db.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(db.pragma('foreign_key_check'), []);
    if (version >= 4)
      assert.deepEqual(db.prepare('SELECT cause, revision FROM change_point').raw().all(), [['revision', 'r2']]);
    db.close();
  });
}

test('an earlier text of a migration is not amended by who only reads', async (t) => {
  const path = restore(t, '09-before_change-aee2df5.sql');
  await assert.rejects(
    openLedger(path, { clock: () => START, readonly: true }),
    (error: PointsmanError) =>
      error.code === 'schema_mismatch' &&
      /(an earlier text of|the older) schema 9; open it for writing once/.test(error.message),
  );
});
