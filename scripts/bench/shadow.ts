/**
 * Latency of POST /v1/route with a shadow on all traffic beside none, in turns, of one service in a process of its own
 * over a simulated log that it was trained on: a shadow of a policy, and one of a version, which is another scorer as
 * large. Once as fast as it answers, and once at a fixed rate, where it has time for shadows in between. Beside
 * latencies, what a request takes of the server's processor: of that, other work on the machine takes nothing away.
 *
 *     node dist/scripts/bench/shadow.js [--rounds 60] [--seconds .5] [--connections 8] [--rate 200] [--llms 9]
 *       [--seed 1] [--data DIR], where the trained data is kept for another time
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/base/paths.js';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { openWorkspace } from '../../src/cli/workspace.js';
import { loadSimulation, simulate } from '../../src/simulator/index.js';
import { trainAndActivate } from '../../src/training/trainer.js';
import { median, quantileOf } from './quantiles.js';
import { createRouteLoad } from './route-load.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '0.5' },
    connections: { type: 'string', default: '8' },
    rate: { type: 'string', default: '200' },
    llms: { type: 'string', default: '9' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
  },
});
const number = (name: Exclude<keyof typeof values, 'data'>): number => Number(values[name]);
const [ROUNDS, SECONDS, CONNECTIONS, RATE] = [
  number('rounds'),
  number('seconds'),
  number('connections'),
  number('rate'),
];
const WHICH = ['none', 'policy', 'version'] as const;
type Which = (typeof WHICH)[number];

const data = values.data ?? mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
const seed = number('seed');
const queries = simulate({ seed: seed + 1, llms: 1, queries: 500 }).rows.map(({ query }) => query);

async function train(): Promise<void> {
  const workspace = await openWorkspace({ data, encoder: 'static', logLevel: 'warn' });
  await loadSimulation(workspace.ledger, simulate({ seed, llms: number('llms'), queries: 2000 }));
  const { version, in_force } = await trainAndActivate(workspace.trainer, { seed }, () => undefined);
  // The learned profile is what serves, whatever the gate says of it on simulated answers.
  if (in_force !== version) await workspace.ledger.artifacts.activate(version);
  await workspace.close();
}
if (!existsSync(join(data, 'artifacts'))) await train();

const service = fork(join(packageRoot, 'dist/scripts/bench/service.js'), [data, 'static']);
const [{ url, index }] = (await once(service, 'message')) as [{ url: string; index: string }];

async function ask<T>(what: string | { beside: Which }): Promise<T> {
  const answer = once(service, 'message');
  service.send(what);
  return ((await answer) as [T])[0];
}

const { ask: route, even: evenly, close } = createRouteLoad(url, queries);
const rng = createRng(seed);

type Load = (until: number) => Promise<number[]>;

/** Each connection asks as soon as it was answered. */
const full: Load = async (until) => {
  const times: number[] = [];
  const one = async (): Promise<void> => {
    while (performance.now() < until) times.push(await route());
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, one));
  return times;
};

/** Asks at even times, whether it was answered or not. */
const even: Load = (until) => evenly(RATE, until);

interface Round {
  p50: number;
  p99: number;
  /** Milliseconds of the server's processor, a request. */
  cpu: number;
  answers: number;
  compared: number;
  dropped: number;
}

async function measure(which: Which, load: Load): Promise<Round> {
  await ask({ beside: which });
  const before = await ask<{ compared: number; dropped: number }>('besides');
  const began = await ask<NodeJS.CpuUsage>('cpu');
  const times = await load(performance.now() + SECONDS * 1000);
  const ended = await ask<NodeJS.CpuUsage>('cpu');
  const after = await ask<{ compared: number; dropped: number }>('besides');
  return {
    p50: quantileOf(times, 0.5),
    p99: quantileOf(times, 0.99),
    cpu: (ended.user + ended.system - began.user - began.system) / 1000 / times.length,
    answers: times.length,
    compared: after.compared - before.compared,
    dropped: after.dropped - before.dropped,
  };
}

async function compare(name: string, load: Load): Promise<(string | number)[][]> {
  const rounds = new Map<Which, Round[]>(WHICH.map((which) => [which, []]));
  for (const which of WHICH) await measure(which, load);
  for (let round = 0; round < ROUNDS; round++)
    for (const which of rng.shuffle([...WHICH])) rounds.get(which)!.push(await measure(which, load));
  const none = rounds.get('none')!;
  return WHICH.map((which) => {
    const own = rounds.get(which)!;
    const ratios = (what: 'p50' | 'p99' | 'cpu'): number[] => own.map((round, i) => round[what] / none[i]![what]);
    const percent = (what: 'p50' | 'p99' | 'cpu', q: number): string =>
      `${(100 * (quantileOf(ratios(what), q) - 1)).toFixed(1)}`;
    const middle = (what: keyof Round): number => median(own.map((round) => round[what]));
    const total = (what: keyof Round): number => own.reduce((sum, round) => sum + round[what], 0);
    return [
      name,
      which,
      Math.round(total('answers') / ROUNDS / SECONDS),
      middle('p50').toFixed(3),
      middle('p99').toFixed(3),
      middle('cpu').toFixed(3),
      which === 'none' ? '–' : `${percent('p50', 0.5)} (${percent('p50', 0.25)} to ${percent('p50', 0.75)})`,
      which === 'none' ? '–' : `${percent('p99', 0.5)}`,
      which === 'none' ? '–' : `${percent('cpu', 0.5)}`,
      which === 'none' ? '–' : `${((100 * total('compared')) / total('answers')).toFixed(0)}`,
      total('dropped'),
    ];
  });
}

try {
  console.log(`${index}; ${ROUNDS} rounds of ${SECONDS} s each, in turns`);
  const rows = [
    ...(await compare(`${CONNECTIONS} connections, all the time`, full)),
    ...(await compare(`${RATE} a second`, even)),
  ];
  const head = [
    'load',
    'shadow',
    'req/s',
    'p50 ms',
    'p99 ms',
    'CPU ms',
    'p50 % more (quartiles)',
    'p99 % more',
    'CPU % more',
    'compared %',
    'dropped',
  ];
  console.log(table(head, rows));
} finally {
  close();
  service.disconnect();
  if (values.data === undefined) rmSync(data, { recursive: true, force: true });
}
