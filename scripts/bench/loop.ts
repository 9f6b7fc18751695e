/**
 * Does the loop close by itself? Users ask `auto` by HTTP and label nothing; six LLMs that are alike in price answer
 * them, each good at something else; the ledger is empty. Users who are not content ask again, the same or in other
 * words, others go on or say nothing; a judge, noisy and a little biased, grades some answers. At night what came in is
 * trained on. What the chosen LLMs were truly expected to be worth stands beside the LLM that is best on average, and
 * beside the best one for each query, by blocks of 1,000 calls.
 *
 *     node dist/scripts/bench/loop.js [--calls 20000] [--seeds 3] [--seed 1] [--nights 2000,4000,8000,12000,16000]
 *         [--policy JSON] [--signals JSON] [--judged 0.05] [--uncertain 0.1] [--at-once 2] [--verbose]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { pointsAhead, shareOfGain, type Block } from './loop/blocks.js';
import { meanQualities } from './loop/llms.js';
import type { SeedEvent, SeedOptions } from './loop/seed.js';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '20000' },
    seeds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    nights: { type: 'string', default: '2000,4000,8000,12000,16000' },
    policy: { type: 'string', default: '{"exploration": {"method": "thompson", "share": 0.3, "budget": 1}}' },
    signals: { type: 'string', default: '{}' },
    judged: { type: 'string', default: '0.05' },
    uncertain: { type: 'string', default: '0.1' },
    'at-once': { type: 'string', default: '2' },
    'log-level': { type: 'string', default: 'error' },
    verbose: { type: 'boolean', default: false },
  },
});
const percent = (share: number): string => `${(100 * share).toFixed(0)}%`;
/** Blocks before what is promised holds. */
const EARLY = 2;
const SEEDS = Array.from({ length: Number(values.seeds) }, (_, i) => Number(values.seed) + i);

/** An event in words; `thousands` of calls are over. */
function told(event: SeedEvent, thousands: number): string {
  if (event.kind === 'night') return `night after ${event.calls}, ${event.seconds.toFixed(0)} s: ${event.what}`;
  const { block, reactions } = event;
  return (
    `${thousands},000 calls: ${percent(shareOfGain(block))} of the gain, ${pointsAhead(block).toFixed(1)} points ` +
    `ahead, best single ${percent(block.ofSingle / block.calls)}, ${JSON.stringify(reactions)}`
  );
}

/** Runs one seed in a process of its own; answers its blocks. */
async function run(seed: number): Promise<Block[]> {
  const options: SeedOptions = {
    seed,
    calls: Number(values.calls),
    nights: values.nights.split(',').map(Number),
    policy: JSON.parse(values.policy) as Record<string, unknown>,
    signals: JSON.parse(values.signals) as Record<string, unknown>,
    judged: { share: Number(values.judged), uncertain: Number(values.uncertain) },
    logLevel: values['log-level'],
  };
  const file = new URL('loop/seed.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const blocks: Block[] = [];
  for await (const line of createInterface(child.stdout)) {
    const event = JSON.parse(line) as SeedEvent;
    if (event.kind === 'block') blocks.push(event.block);
    if (!values.verbose) continue;
    console.log(`seed ${seed}, ${told(event, blocks.length)}`);
  }
  const [code, signal] = (await ended) as [number | null, string | null];
  if (code !== 0) throw new Error(`seed ${seed} ended with ${code ?? signal}`);
  return blocks;
}

const means = meanQualities(createRng(0));
console.log(`${means.map(([id, mean]) => `${id} ${mean.toFixed(3)}`).join(', ')}; ${JSON.stringify(values)}`);
const began = performance.now();
const results: Block[][] = [];
const waiting = [...SEEDS.keys()];
await Promise.all(
  Array.from({ length: Number(values['at-once']) }, async () => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) results[i] = await run(SEEDS[i]!);
  }),
);

const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / of.length;
const rows = results[0]!.map((_, b) => {
  const blocks = results.map((of) => of[b]!);
  const part = (name: 'chosen' | 'single' | 'full'): string =>
    mean(blocks.map((block) => block[name] / block.calls)).toFixed(4);
  return [
    `${b + 1},000`,
    part('chosen'),
    part('single'),
    part('full'),
    percent(mean(blocks.map(shareOfGain))),
    blocks.map((block) => percent(shareOfGain(block))).join(' '),
    blocks.map((block) => pointsAhead(block).toFixed(1)).join(' '),
  ];
});
console.log(table(['calls', 'chosen', 'best single', 'full', 'of the gain', 'by seed', 'points ahead'], rows));
const last = results.map((blocks) => shareOfGain(blocks.at(-1)!));
const least = Math.min(...results.flatMap((blocks) => blocks.slice(EARLY).map(pointsAhead)));
console.log(
  `last block: ${percent(mean(last))} of the gain (${last.map(percent).join(', ')}); ` +
    `worst block after the first 2,000 calls: ${least.toFixed(1)} points ahead of the best single LLM; ` +
    `${((performance.now() - began) / 60_000).toFixed(1)} minutes`,
);
