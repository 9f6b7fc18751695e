/**
 * Time of one decision by a model trained on a simulated log of 24 LLMs: encode, score and rank, each query of the log
 * once, beside the baseline of averaging the nearest logged queries; then whole decisions, logged and as JSON, and with
 * every feature on: limits of all LLMs, an open alert of drift, and a policy with constraints. Trains first (under a
 * minute), unless it is given the data folder of a model that is trained already, whose LLMs get no limits and no
 * alert.
 *
 *     node dist/scripts/bench/decision.js [--llms 24] [--queries 3000] [--seed 1] [--data DIR]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../../src/cli/output.js';
import { openWorkspace, type Workspace } from '../../src/cli/workspace.js';
import { createRng } from '../../src/base/rng.js';
import { openStaticEncoder } from '../../src/encoder/static.js';
import { rank } from '../../src/policy/rank.js';
import { constraintsOf } from '../../src/policy/constraints.js';
import { DESIGNS } from '../../src/profile/design.js';
import { createDataset } from '../../src/dataset/dataset.js';
import { withTexts } from '../../src/graph/rows.js';
import { nearestQueries } from '../../src/router/nearest-queries.js';
import { RouteRequest } from '../../src/schema/route.js';
import { loadSimulation, simulate } from '../../src/simulator/index.js';
import { openBackend } from '../../src/tensor/backend.js';
import { snapshotOf } from '../../src/training/run.js';
import { trainAndActivate } from '../../src/training/trainer.js';

const { values } = parseArgs({
  options: {
    llms: { type: 'string', default: '24' },
    queries: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
});
const [llms, queries, seed] = [Number(values.llms), Number(values.queries), Number(values.seed)];

/** Rules of each kind, which everybody keeps. */
const EVERY_RULE = {
  policy: 'balanced',
  max_cost_usd: 1,
  max_latency_ms: 1e6,
  latency_percentile: 'p90',
  min_quality: 0,
  cheapest_within: 0.05,
  context_tokens: 1,
  capabilities: ['json'],
};

/** Gives each LLM limits and a capability, and one of them an open alert. */
async function turnAllOn({ ledger, live }: Workspace, task: string): Promise<void> {
  const declared = await ledger.catalog.list();
  for (const llm of declared)
    await ledger.catalog.put({
      ...llm,
      capabilities: ['json'],
      limits: { requests_per_minute: 1e6, tokens_per_minute: 1e9 },
    });
  const { version } = live.scorer.current();
  const observed = Array.from({ length: 600 }, (_, i) => ({
    model: declared[0]!.id as string,
    task,
    signal: 'score' as const,
    value: i < 300 ? i % 2 : 0,
    predicted: 0.5,
    version,
    at: Date.now(),
  }));
  if ((await ledger.alerts.observe(observed)).length === 0) throw new Error('no alert was raised');
  await live.follower.catchUp();
}

const data = values.data ?? mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
const workspace = await openWorkspace({ data, encoder: 'static', logLevel: 'warn' });
try {
  if (values.data === undefined) {
    await loadSimulation(workspace.ledger, simulate({ seed, llms, queries }));
    const { version } = await trainAndActivate(workspace.trainer, { seed }, () => undefined);
    // The learned profile is what is timed, whatever the gate says of it on simulated answers.
    await workspace.ledger.artifacts.activate(version);
    await workspace.live.follower.catchUp();
  }
  const scorer = workspace.live.scorer.current();
  const { snapshot } = workspace.ledger;
  const rows = await withTexts(await snapshot.read(), snapshot.texts);
  const texts = Array.from(rows.queries, (q) => q.text);
  const encoder = openStaticEncoder();
  const vectors = texts.map((text) => encoder.encodeSync!(text));
  const dataset = await createDataset({
    rows,
    graph: snapshotOf(rows, 'structured-trainable'),
    design: DESIGNS['structured-trainable'],
    encoder,
    vectors,
  });
  const neighbours = await nearestQueries.fit(dataset, Int32Array.from(texts.keys()), {
    tf: (await openBackend('auto')).tf,
    rng: createRng(1),
  });
  const constraints = constraintsOf({});

  const steps: [name: string, run: (text: string, i: number) => unknown][] = [
    ['encode', (text) => encoder.encodeSync!(text)],
    ['score', (text, i) => scorer.score(text, vectors[i]!)],
    [
      'encode, score, rank',
      (text) =>
        rank({
          scored: scorer.score(text, encoder.encodeSync!(text)),
          profiles: scorer.profiles,
          rules: {},
          constraints,
          promptTokens: 1,
        }),
    ],
    [
      'encode, k nearest queries (baseline)',
      (text) => neighbours.score({ vector: encoder.encodeSync!(text), task: -1 }),
    ],
    ['whole decision', (text) => workspace.decider.decideJson(RouteRequest.parse({ query: text }))],
    ...(values.data === undefined
      ? [
          [
            'whole decision, every feature on',
            (text: string) => workspace.decider.decideJson(RouteRequest.parse({ query: text, ...EVERY_RULE })),
          ] as [string, (text: string) => unknown],
        ]
      : []),
  ];
  if (values.data === undefined) await turnAllOn(workspace, rows.tasks[0]!.id);
  const lines: string[][] = [];
  for (const [name, run] of steps) {
    for (const [i, text] of texts.slice(0, 500).entries()) await run(text, i);
    const times: number[] = [];
    for (const [i, text] of texts.slice(0, 2000).entries()) {
      const start = performance.now();
      const made = run(text, i);
      if (made instanceof Promise) await made;
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const at = (q: number): string => times[Math.floor(q * (times.length - 1))]!.toFixed(3);
    lines.push([name, at(0.5), at(0.99)]);
  }
  console.log(
    `${scorer.models.length} LLMs, ${texts.length} logged queries, mean length ` +
      `${Math.round(texts.reduce((sum, t) => sum + t.length, 0) / texts.length)} characters; ` +
      `${values.data === undefined ? `seed ${seed}, ` : ''}version ${scorer.version}`,
  );
  console.log(table(['step', 'median ms', 'p99 ms'], lines));
} finally {
  await workspace.close();
  if (values.data === undefined) rmSync(data, { recursive: true, force: true });
}
