/**
 * Memory of a service under mixed load for as long as wanted, with its tables at their limits: decisions, their
 * feedback with an `Idempotency-Key`, reads, and requests that are wrong, of a key with limits. The service is
 * `pointsman start` in a process of its own, on a temporary folder, on loopback. A row is printed every so often; the
 * last lines say how far resident memory went from its mean once the tables were full, and what failed. Bounded by
 * `--minutes`.
 *
 *     node dist/scripts/bench/soak.js [--minutes 60] [--rate 500] [--every 5] [--encoder static]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths, packageRoot } from '../../src/base/paths.js';
import { createRng } from '../../src/base/rng.js';
import { createKeyService } from '../../src/keys/service.js';
import { DecisionSettings } from '../../src/schema/decision.js';
import { KeyRequest } from '../../src/schema/key.js';
import { LlmProfile } from '../../src/schema/profile.js';
import { RetentionSettings } from '../../src/schema/retention.js';
import { openLedger } from '../../src/store/open.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    rate: { type: 'string', default: '500' },
    every: { type: 'string', default: '5' },
    encoder: { type: 'string', default: 'static' },
  },
});
const MINUTE_MS = 60_000;
const DURATION_MS = Number(values.minutes) * MINUTE_MS;
const ROW_MS = Number(values.every) * MINUTE_MS;
const RATE = Number(values.rate);
const STEP_MS = 20;
const SAMPLE_MS = 5_000;
/** Requests that may be open: beyond that the service is behind, and none is added. */
const MOST_OPEN = 2_000;
/** Share of the time in which the tables fill up and the process warms up. */
const WARM_UP = 0.15;
const LLMS = 12;

const data = mkdtempSync(join(tmpdir(), 'pointsman-soak-'));
const rng = createRng(1);

/** Makes a ledger whose tables are soon at their limits; answers a key. */
async function prepare(): Promise<string> {
  const ledger = await openLedger(dataPaths(data).ledger, { clock: systemClock });
  for (let i = 1; i <= LLMS; i++)
    await ledger.catalog.put(LlmProfile.parse({ id: `soak/llm-${i}`, size_b: i * 8, input_price: i / 10 }));
  await ledger.settings.put('decision', DecisionSettings.parse({ max_megabytes: 20, query_text_hours: 0.05 }));
  await ledger.settings.put(
    'retention',
    RetentionSettings.parse({
      idempotency_hours: 0.05,
      interactions: { max_rows: 20_000 },
      embeddings_megabytes: 10,
    }),
  );
  const limits = { requests_per_minute: 1e9, usd_per_month: 1e9 };
  const made = await createKeyService({ ledger, clock: systemClock }).create(
    KeyRequest.parse({ name: 'soak', scopes: ['route', 'feedback', 'read'], tenant: 'soak', limits }),
  );
  await ledger.close();
  return made.key;
}

const key = await prepare();
const main = join(packageRoot, 'dist/src/cli/main.js');
const args = ['start', '--data', data, '--port', '0', '--log-level', 'error', '--encoder', values.encoder];
const service = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
const [first] = (await once(service.stdout, 'data')) as [Buffer];
const url = /http:\/\/\S+/.exec(first.toString())![0].replace(/\/$/, '');
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

interface Answer {
  status: number;
  body: string;
}

function send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = request(
      `${url}${path}`,
      {
        agent,
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      },
      (res) => {
        let got = '';
        res.setEncoding('utf8').on('data', (part: string) => (got += part));
        res.on('end', () => resolve({ status: res.statusCode!, body: got }));
        res.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

/** What was done since the last row, and what failed ever. */
let [answered, failed, open, skipped] = [0, 0, 0, 0];
let latencies: number[] = [];
let sequence = 0;
const WORDS = 'train moon verse sum river cell proof tax light code sort map'.split(' ');
const word = (): string => WORDS[rng.int(WORDS.length)]!;

/** A request, as users of all kinds send them. Each answers whether its answer is the one that it should get. */
async function askOnce(): Promise<boolean> {
  const kind = rng.next();
  if (kind < 0.06)
    return (await send('GET', ['/v1/models', '/v1/decisions?limit=20', '/v1/health'][rng.int(3)]!)).status === 200;
  if (kind < 0.08) return (await send('POST', '/v1/route', { query: '' })).status === 400;
  if (kind < 0.1) return (await send('GET', `/nowhere/${word()}`)).status === 404;
  if (kind < 0.12)
    return (await send('GET', '/v1/models', undefined, { authorization: 'Bearer pk_wrong' })).status === 401;
  const query = `${word()} ${word()} ${word()} ${++sequence}`;
  const began = performance.now();
  const routed = await send('POST', '/v1/route', { query });
  latencies.push(performance.now() - began);
  if (routed.status !== 200 || kind < 0.75) return routed.status === 200;
  const { decision_id } = JSON.parse(routed.body) as { decision_id: string };
  const feedback = { decision_id, score: rng.next(), latency_ms: 500 * rng.next(), completion_tokens: 50 };
  return (await send('POST', '/v1/feedback', feedback, { 'idempotency-key': decision_id })).status === 201;
}

async function counted(): Promise<void> {
  open++;
  try {
    if (!(await askOnce())) failed++;
    answered++;
  } catch {
    failed++;
  } finally {
    open--;
  }
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
const rss = (): number => 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))![1]);
const ledgerBytes = (): number => statSync(dataPaths(data).ledger).size;

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.floor(share * sorted.length)] ?? NaN).toFixed(1);
}

const rows: Record<string, number | string>[] = [];
const samples: number[] = [];
const began = performance.now();
let [rowAt, sampleAt, sent] = [ROW_MS, 0, 0];
while (performance.now() - began < DURATION_MS) {
  const elapsed = performance.now() - began;
  for (; sent < (elapsed / 1000) * RATE; sent++)
    if (open < MOST_OPEN) void counted();
    else skipped++;
  if (elapsed >= sampleAt) {
    sampleAt += SAMPLE_MS;
    if (elapsed >= WARM_UP * DURATION_MS) samples.push(rss());
  }
  if (elapsed >= rowAt) {
    const sorted = latencies.toSorted((a, b) => a - b);
    const row = {
      minutes: Math.round(elapsed / MINUTE_MS),
      answered,
      failed,
      'not sent': skipped,
      'route p50 ms': percentile(sorted, 0.5),
      'p99 ms': percentile(sorted, 0.99),
      'RSS MB': megabytes(rss()),
      'ledger MB': megabytes(ledgerBytes()),
    };
    rows.push(row);
    console.log(JSON.stringify(row));
    latencies = [];
    rowAt += ROW_MS;
  }
  await new Promise((resolve) => setTimeout(resolve, STEP_MS));
}
const meanOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const mean = meanOf(samples);
const middle = Math.floor(samples.length / 2);
const drift = meanOf(samples.slice(middle)) / meanOf(samples.slice(0, middle));
console.table(rows);
console.table({
  'resident MB, mean after the warm-up': megabytes(mean),
  'least and most of it': `${(Math.min(...samples) / mean).toFixed(3)} to ${(Math.max(...samples) / mean).toFixed(3)}`,
  'second half against the first': drift.toFixed(3),
  failed,
});
service.kill('SIGTERM');
await once(service, 'exit');
agent.destroy();
rmSync(data, { recursive: true, force: true });
