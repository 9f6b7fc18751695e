/**
 * How long a preview of a policy takes over a full window of decisions, and what routing notices of it: the latency of
 * `/v1/route`, one request after another, while no preview runs and while one does. Decisions are simulated, of a
 * policy that explores, each with its answer, and are made unless the data folder that is given has a ledger.
 *
 *     node dist/scripts/bench/preview.js [--decisions 20000] [--llms 9] [--queries 1500] [--seed 1] [--data DIR]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { dataPaths } from '../../src/base/paths.js';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { openWorkspace } from '../../src/cli/workspace.js';
import type { Preview } from '../../src/schema/preview.js';
import { RouteRequest } from '../../src/schema/route.js';
import { answer, createLlms, loadSimulation, simulate, TASKS, writeQuery } from '../../src/simulator/index.js';
import { trainAndActivate } from '../../src/training/trainer.js';

const { values } = parseArgs({
  options: {
    decisions: { type: 'string', default: '20000' },
    llms: { type: 'string', default: '9' },
    queries: { type: 'string', default: '1500' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
});
const [decisions, llms, queries, seed] = [values.decisions, values.llms, values.queries, values.seed].map(Number) as [
  number,
  number,
  number,
  number,
];
const AT_ONCE = 500;
const REQUESTS = 400;
const data = values.data ?? mkdtempSync(join(tmpdir(), 'pointsman-bench-'));

/** Trains, decides and answers, until there are as many decisions as are wanted. */
async function prepare(): Promise<void> {
  const workspace = await openWorkspace({ data, encoder: 'static', logLevel: 'warn' });
  try {
    const { ledger, decider, live } = workspace;
    const simulated = new Map(createLlms(createRng(seed), llms).map((llm) => [llm.profile.id as string, llm]));
    await loadSimulation(ledger, simulate({ seed, llms, queries }));
    const { version } = await trainAndActivate(workspace.trainer, { seed }, () => undefined);
    await ledger.artifacts.activate(version);
    await ledger.policies.put('curious', { exploration: 0.3 });
    await live.follower.catchUp();
    const rng = createRng(seed + 1);
    for (let from = 0; from < decisions; from += AT_ONCE) {
      const records = [];
      for (let i = from; i < Math.min(decisions, from + AT_ONCE); i++) {
        const query = writeQuery(rng, rng.int(TASKS.length));
        const made = await decider.decide(RouteRequest.parse({ query: query.text, policy: 'curious' }));
        const value = { ...answer(rng, simulated.get(made.model)!, query), decision_id: made.decision_id };
        records.push({ kind: 'interaction' as const, value });
      }
      await decider.flush();
      await ledger.feedback.append([{ records }]);
    }
  } finally {
    await workspace.close();
  }
}

async function routed(url: string, i: number): Promise<number> {
  const began = performance.now();
  const response = await fetch(`${url}/v1/route`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `what is the sum of ${i} and ${i + 1}?` }),
  });
  await response.text();
  return performance.now() - began;
}

const shown = (times: number[]): string[] => {
  const sorted = times.toSorted((a, b) => a - b);
  return [0.5, 0.9, 0.99, 1].map((q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!.toFixed(1));
};

if (!existsSync(dataPaths(data).ledger)) await prepare();
const main = new URL('../../src/cli/main.js', import.meta.url).pathname;
const service = spawn(process.execPath, [main, 'start', '--data', data, '--port', '0'], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
try {
  let url = '';
  for await (const line of createInterface({ input: service.stderr })) {
    const found = /"url":"(http[^"]+)"/.exec(line);
    if (found !== null) {
      url = found[1]!;
      break;
    }
  }
  service.stderr.resume();
  for (let i = 0; i < REQUESTS; i++) await routed(url, i);
  const quiet: number[] = [];
  for (let i = 0; i < REQUESTS; i++) quiet.push(await routed(url, i));
  const began = performance.now();
  const over = new AbortController();
  const preview = fetch(`${url}/v1/policies/preview`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ policy: 'balanced', against: 'quality' }),
  }).then(async (response) => {
    const body = (await response.json()) as Preview;
    over.abort();
    return { body, took: performance.now() - began };
  });
  const busy: number[] = [];
  while (!over.signal.aborted) busy.push(await routed(url, busy.length));
  const { body: found, took } = await preview;
  console.log(
    `${found.decisions} decisions, ${llms} LLMs: a preview takes ${(took / 1000).toFixed(1)} s beside routing`,
  );
  console.log(
    table(
      ['/v1/route, ms', 'requests', 'median', 'p90', 'p99', 'longest'],
      [
        ['without a preview', quiet.length, ...shown(quiet)],
        ['while one runs', busy.length, ...shown(busy)],
      ],
    ),
  );
} finally {
  const gone = once(service, 'exit');
  service.kill('SIGTERM');
  await gone;
  if (values.data === undefined) rmSync(data, { recursive: true, force: true });
}
