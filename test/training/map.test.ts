import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { MAP_FILE, type StoredMap } from '../../src/artifact/map.js';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import type { ArtifactFiles } from '../../src/artifact/files/types.js';
import { writeArtifact } from '../../src/artifact/write.js';
import { createRng } from '../../src/base/rng.js';
import type { GraphRows } from '../../src/graph/rows.js';
import { checkpointsIn } from '../../src/learned/train/checkpoint.js';
import { readArtifact } from '../../src/serving/read.js';
import { openBackend, type Backend } from '../../src/tensor/backend.js';
import { createMapDrawer } from '../../src/training/map/map.js';
import { runTraining, snapshotOf, type Trained } from '../../src/training/run.js';
import { datasetOf, encoder, QUICK } from '../support/learn.js';
import { smallLog } from '../support/log.js';
import { temporaryFolder } from '../support/temporary.js';

let backend: Backend;
let folder: { path: string; remove: () => void };
let artifacts: ArtifactFiles;
const ROWS = smallLog({ queries: 320 });
let made: Trained;
let map: StoredMap;

function train(rows: GraphRows): Promise<Trained> {
  const input = {
    rows,
    graph: snapshotOf(rows, 'structured-trainable'),
    vectors: Array.from(rows.queries, (q) => encoder.encodeSync!(q.text)),
    design: 'structured-trainable' as const,
    seed: 3,
    encoder,
    textsOf: async (hashes: readonly string[]) => {
      const texts = new Map(Array.from(rows.queries, (q) => [q.hash, q.text]));
      return hashes.map((hash) => texts.get(hash));
    },
    options: QUICK,
  };
  const target = { artifacts, checkpoints: checkpointsIn(folder.path), ledgerRows: 0 };
  return runTraining(
    input,
    { ...target, inForce: null, previous: made?.manifest.version ?? null, last: null },
    { backend, clock: Date.now, report: () => undefined },
  );
}

const readMap = async (version: string): Promise<StoredMap> =>
  JSON.parse((await artifacts.read(version, MAP_FILE)).toString('utf8')) as StoredMap;

before(async () => {
  backend = await openBackend('wasm');
  folder = temporaryFolder();
  artifacts = openArtifactFolder(folder.path);
  made = await train(ROWS);
  map = await readMap(made.manifest.version);
});
after(() => folder.remove());

describe('the map of a version', () => {
  test('is a file of it, and knows queries by their hashes alone', async () => {
    assert.ok(made.manifest.files.some(({ name }) => name === MAP_FILE));
    const text = (await artifacts.read(made.manifest.version, MAP_FILE)).toString('utf8');
    for (const { hash, text: query } of ROWS.queries) {
      assert.ok(text.includes(hash));
      assert.ok(!text.includes(query));
    }
  });

  test('has queries of one task near each other, and LLMs where they are good', () => {
    const { x, y, task, quality } = map.queries;
    const nearestOf = (q: number): number =>
      x.reduce(
        (best, _, other) => {
          const far = (i: number): number => (i === q ? Infinity : Math.hypot(x[i]! - x[q]!, y[i]! - y[q]!));
          return far(other) < far(best) ? other : best;
        },
        q === 0 ? 1 : 0,
      );
    const alike = x.filter((_, q) => task[nearestOf(q)] === task[q]).length;
    assert.ok(alike > 0.95 * x.length, `${alike} of ${x.length}`);
    const far = (l: number, t: number): number =>
      Math.hypot(map.llms[l]!.x - map.tasks[t]!.x, map.llms[l]!.y - map.tasks[t]!.y);
    const [calculator, poet] = [0, 2];
    assert.deepEqual(
      map.llms.map(({ id }) => id),
      ['calculator', 'middling', 'poet'],
    );
    assert.ok(far(calculator, 0) < far(calculator, 1) && far(poet, 1) < far(poet, 0), JSON.stringify(map.llms));
    quality.forEach((scores, q) => assert.ok(scores[task[q] === 0 ? 0 : 2]! > scores[task[q] === 0 ? 2 : 0]!));
  });

  test('has the edges of the graph, with what they weigh', () => {
    const { edges } = map;
    assert.deepEqual(Object.keys(edges).toSorted(), [
      'llm-benchmark',
      'llm-family',
      'llm-kind',
      'llm-preference',
      'llm-query',
      'llm-task',
      'task-domain',
    ]);
    assert.equal(edges['llm-query']!.weight.length, 3 * 320);
    assert.equal(edges['llm-preference']!.weight.length, 0);
    assert.deepEqual(edges['llm-family']!.target, [1, 0]);
    const own = edges['llm-task']!;
    const weightOf = (l: number, t: number): number =>
      own.weight[own.source.findIndex((source, e) => source === l && own.target[e] === t)]!;
    assert.ok(weightOf(0, 0) > 0.8 && weightOf(0, 1) < 0.2);
    assert.equal(map.left_out.queries, 0);
    assert.equal(map.queries.hash.length, 320);
  });

  test('is made anew of the same snapshot for a version that has none', async () => {
    const { version } = made.manifest;
    assert.equal((await train(ROWS)).created, false);
    const { manifest, model } = await readArtifact(artifacts, version);
    await writeArtifact(artifacts, model, manifest);
    const again = await train(ROWS);
    assert.equal(again.created, true);
    assert.ok(again.manifest.files.some(({ name }) => name === MAP_FILE));
    assert.deepEqual(await readMap(again.manifest.version), map);
  });

  test('of a long log shows some of it, at random, and says how much it leaves out', async () => {
    const rows = smallLog({ queries: 5_100 });
    const data = await datasetOf(rows);
    const { model } = await readArtifact(artifacts, made.manifest.version);
    const drawer = await createMapDrawer({
      input: { rows, graph: snapshotOf(rows, 'structured-trainable'), encoder },
      data,
      model,
      version: made.manifest.version,
      rng: createRng(1),
    });
    const { queries, left_out } = await drawer.draw(model, made.manifest.version);
    assert.deepEqual([queries.hash.length, left_out.queries], [5_000, 100]);
    assert.equal(new Set(queries.hash).size, 5_000);
    assert.notDeepEqual(queries.hash, queries.hash.toSorted());
  });
});
