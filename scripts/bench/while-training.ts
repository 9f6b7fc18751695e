/**
 * Latency of POST /v1/route while a training run is going on, against the same service idle, in the same run. The
 * service is `pointsman start` in a process of its own, its log simulated. The load is a fixed rate, so that a slower
 * answer is not hidden by fewer requests.
 *
 *     node dist/scripts/bench/while-training.js [--rate 200] [--connections 8] [--backend auto] [--seed 1]
 */
import autocannon from 'autocannon';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/base/paths.js';
import { table } from '../../src/cli/output.js';
import { openWorkspace } from '../../src/cli/workspace.js';
import type { Job } from '../../src/schema/training.js';
import { loadSimulation, simulate } from '../../src/simulator/index.js';
import { trainAndActivate } from '../../src/training/trainer.js';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    connections: { type: 'string', default: '8' },
    backend: { type: 'string', default: 'auto' },
    seed: { type: 'string', default: '1' },
  },
});
const seed = Number(values.seed);
const SECONDS = 10;

const data = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
const workspace = await openWorkspace({ data, encoder: 'static', logLevel: 'warn' });
await loadSimulation(workspace.ledger, simulate({ seed, llms: 9, queries: 4000 }));
const { version, in_force } = await trainAndActivate(workspace.trainer, { seed }, () => undefined);
// The learned profile is what serves, whatever the gate says of it on simulated answers.
if (in_force !== version) await workspace.ledger.artifacts.activate(version);
await workspace.close();

const service = spawn(
  process.execPath,
  [join(packageRoot, 'dist/src/cli/main.js'), 'start', '--data', data, '--port', '0', '--log-level', 'warn'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  const [first] = (await once(service.stdout, 'data')) as [Buffer];
  const url = /http:\/\/\S+/.exec(first.toString())![0];
  const body = JSON.stringify({
    query:
      'A train leaves Ghent at 9:40 and arrives in Liège at 11:25, with a stop of 12 minutes in Brussels. How ' +
      'long does it move?',
  });
  const load = (): Promise<autocannon.Result> =>
    autocannon({
      url: `${url}/v1/route`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      connections: Number(values.connections),
      overallRate: Number(values.rate),
      duration: SECONDS,
    });
  await load();
  const idle = await load();
  const response = await fetch(`${url}/v1/retrain`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ seed: seed + 1, backend: values.backend }),
  });
  const { job_id } = (await response.json()) as { job_id: string };
  const jobNow = async (): Promise<Job> => (await (await fetch(`${url}/v1/jobs/${job_id}`)).json()) as Job;
  while ((await jobNow()).progress?.phase !== 'train') await new Promise((resume) => setTimeout(resume, 100));
  const busy = await load();
  const { state } = await jobNow();
  const row = (name: string, r: autocannon.Result): (string | number)[] => [
    name,
    r.requests.total,
    r.non2xx + r.errors,
    r.latency.p50,
    r.latency.p99,
    r.latency.max,
    (r.latency.p99 / Math.max(1, idle.latency.p99)).toFixed(2),
  ];
  console.log(
    `${values.rate} requests a second over ${values.connections} connections, ${SECONDS} s each; the job was ` +
      `${state} at the end; seed ${seed}`,
  );
  console.log(
    table(
      ['', 'requests', 'failed', 'p50 ms', 'p99 ms', 'max ms', 'p99 against idle'],
      [row('idle', idle), row('training', busy)],
    ),
  );
} finally {
  service.kill('SIGTERM');
  await once(service, 'exit');
  rmSync(data, { recursive: true, force: true });
}
