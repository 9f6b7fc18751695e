/**
 * The LLM that is best begins to fail while 500 queries a second are routed: how soon it is out of the rankings, and
 * how many of the later queries it still gets, beside the same service that is told nothing. Else every decision is
 * followed by a report of how its call went. About a minute.
 *
 *     node dist/scripts/bench/failing.js [--rate 500] [--seconds 15]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import type { LlmHealth } from '../../src/schema/health.js';
import type { RouteResponse } from '../../src/schema/route.js';

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '500' }, seconds: { type: 'string', default: '15' } },
});
const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
const SEED = 20_260_500;
/** How long all goes well at first. */
const HEALTHY_SECONDS = 2;
/** A shorter cool-down than by default, so that it is tried several times meanwhile. */
const SETTINGS = { cool_down_ms: 2_000, max_cool_down_ms: 600_000 };

const child = fork(fileURLToPath(new URL('./service.js', import.meta.url)));
const [{ url }] = (await once(child, 'message')) as [{ url: string }];

async function send<T>(method: string, path: string, body: unknown): Promise<T> {
  const response = await fetch(url + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return (await response.json()) as T;
}

interface Answered {
  model: string;
  /** Seconds since the LLM began to fail. */
  at: number;
}

await send('PUT', '/v1/breaker', SETTINGS);
const best = (await send<RouteResponse>('POST', '/v1/route', { query: 'which is best?' })).model;

async function scenario(name: string, failing: number, reports: boolean): Promise<(string | number)[]> {
  await send('PUT', `/v1/health/${best}`, { state: 'closed' });
  const rng = createRng(SEED);
  const began = performance.now() + HEALTHY_SECONDS * 1000;
  const answered: Answered[] = [];
  let [open, failures] = [Infinity, 0];
  const one = async (number: number): Promise<void> => {
    const { model } = await send<RouteResponse>('POST', '/v1/route', { query: `query number ${number}` });
    const at = (performance.now() - began) / 1000;
    answered.push({ model, at });
    const fails = model === best && at >= 0 && rng.next() < failing;
    if (fails) failures++;
    if (!reports) return;
    const { models } = await send<{ models: LlmHealth[] }>(
      'POST',
      '/v1/health',
      fails ? { model, ok: false, error: 'upstream 503' } : { model, ok: true },
    );
    if (models[0]!.model === best && models[0]!.state === 'open')
      open = Math.min(open, (performance.now() - began) / 1000);
  };
  const running: Promise<void>[] = [];
  for (let number = 0; number < rate * (HEALTHY_SECONDS + seconds); number++) {
    const due = began - HEALTHY_SECONDS * 1000 + (number * 1000) / rate;
    if (due > performance.now()) await sleep(due - performance.now());
    running.push(one(number));
  }
  await Promise.all(running);
  const later = answered.filter(({ at }) => at > (reports ? open : 0));
  const there = later.filter(({ model }) => model === best).length;
  return [
    name,
    Number.isFinite(open) ? (1000 * open).toFixed(0) : 'never',
    later.length,
    there,
    ((100 * there) / later.length).toFixed(2),
    failures,
  ];
}

const rows: (string | number)[][] = [];
for (const failing of [1, 0.6]) {
  const share = `${100 * failing}% of its calls fail`;
  rows.push(await scenario(share, failing, true), await scenario(`${share}, no reports`, failing, false));
}
child.disconnect();
await once(child, 'exit');
console.log(
  `${rate} queries a second for ${seconds} s after it begins to fail; seed ${SEED}; cool-down ` +
    `${SETTINGS.cool_down_ms} ms, doubled each time`,
);
console.log(table(['scenario', 'out after, ms', 'later queries', 'sent there', '%', 'failed in all'], rows));
