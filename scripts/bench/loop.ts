/**
 * Does the loop close by itself? Users who label nothing, six LLMs alike in price, and a ledger that is empty.
 *
 *     node dist/scripts/bench/loop.js [--calls 20000] [--seeds 3] [--seed 1] [--every 2000]
 */
import { parseArgs } from 'node:util';
import { createRng } from '../../src/base/rng.js';
import { writeQuery } from '../../src/simulator/simulator.js';
import { TASKS } from '../../src/simulator/tasks.js';
import type { SimulatedQuery } from '../../src/simulator/types.js';
import { emptyBlock, shareOfGain, type Block } from './loop/blocks.js';
import { bestFor, meanQualities, trueQuality } from './loop/llms.js';
import { openRoutedWorld, type Meanings } from './loop/routed-world.js';
import { reactionTo, rephrased } from './loop/users.js';
import type { Asking } from './loop/world.js';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '20000' },
    seeds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    every: { type: 'string', default: '2000' },
    judged: { type: 'string', default: '0.15' },
    weights: { type: 'string', default: 'default' },
    corrections: { type: 'string', default: 'on' },
    quick: { type: 'boolean', default: false },
    exploration: { type: 'string', default: '2000:0.5,0.5' },
    'log-level': { type: 'string', default: 'error' },
  },
});
const [CALLS, EVERY] = [Number(values.calls), Number(values.every)];
const BLOCK = 1_000;
/** Calls that a user asks again at most. */
const MOST_AGAIN = 3;
/** `N:SHARE` evenly for the first N calls, then `SHARE` by how likely each is to be the best: `2000:0.5,0.5`. */
function explorationOf(text: string): (calls: number) => { exploration: number; explore: 'evenly' | 'likely' } {
  const [first = '', later = '0'] = text.split(',');
  const [until = 0, share = 0] = first.split(':').map(Number) as [number, number];
  return (calls) =>
    calls < until ? { exploration: share, explore: 'evenly' } : { exploration: Number(later), explore: 'likely' };
}

const DEFAULT: Meanings = {
  regenerated: { value: 0.1, weight: 0.5 },
  rephrased: { value: 0.2, weight: 0.3 },
  continued: { value: 0.7, weight: 0.05 },
  quiet: { value: 0.8, weight: 0.1 },
  judge: { value: NaN, weight: 0.5 },
};
function meaningsOf(text: string): Meanings {
  if (text === 'default') return DEFAULT;
  const [re, rp, co, qu, ju] = text.split(',').map(Number) as [number, number, number, number, number];
  return {
    regenerated: { value: 0.1, weight: re },
    rephrased: { value: 0.2, weight: rp },
    continued: { value: 0.7, weight: co },
    quiet: { value: 0.8, weight: qu },
    judge: { value: NaN, weight: ju },
  };
}

const single = meanQualities(createRng(0))[0]!;
console.log(`best single ${single[0]} ${single[1].toFixed(4)}, ${JSON.stringify(values)}`);

const tested = Array.from({ length: 2_000 }, (_, i) => writeQuery(createRng(9).fork(`${i}`), i % TASKS.length));
function worth(route: (text: string) => string): number {
  const sums = emptyBlock();
  for (const query of tested) {
    sums.chosen += trueQuality(route(query.text), query);
    sums.single += trueQuality(single[0], query);
    sums.full += trueQuality(bestFor(query), query);
  }
  return shareOfGain(sums);
}

async function run(seed: number): Promise<void> {
  const rng = createRng(seed);
  const world = await openRoutedWorld({
    rng: rng.fork('world'),
    judged: Number(values.judged),
    meanings: meaningsOf(values.weights),
    worth,
    corrections: values.corrections === 'on',
    training: values.quick ? { epochs: 1, minSteps: 20, maxSteps: 60 } : {},
    exploration: explorationOf(values.exploration),
    logLevel: values['log-level'],
  });
  const writing = rng.fork('queries');
  const acting = rng.fork('users');
  let block: Block = emptyBlock();
  const total = emptyBlock();
  const taskOf = new Map<string, Map<string, number>>();
  let session = 0;
  let pending: { asking: Asking; times: number } | null = null;
  try {
    for (let call = 1; call <= CALLS; call++) {
      if (pending === null) {
        const query: SimulatedQuery = writeQuery(writing, writing.int(TASKS.length));
        pending = { asking: { query, text: query.text, session: `s${++session}`, again: null }, times: 0 };
      }
      const { asking, times }: { asking: Asking; times: number } = pending;
      const answered = await world.ask(asking);
      const { query } = asking;
      for (const to of [block, total]) {
        to.calls++;
        to.chosen += trueQuality(answered.model, query);
        to.single += trueQuality(single[0], query);
        to.full += trueQuality(bestFor(query), query);
        if (answered.model === single[0]) to.asked++;
      }
      const picks = taskOf.get(query.task.id) ?? new Map<string, number>();
      taskOf.set(query.task.id, picks.set(answered.model, (picks.get(answered.model) ?? 0) + 1));
      const reaction = reactionTo(acting, answered.quality);
      await world.react(answered, reaction);
      pending =
        (reaction === 'regenerated' || reaction === 'rephrased') && times < MOST_AGAIN
          ? {
              asking: {
                ...asking,
                text: reaction === 'rephrased' ? rephrased(acting, query.text) : asking.text,
                again: reaction,
              },
              times: times + 1,
            }
          : null;
      if (call % BLOCK === 0) {
        const { calls, chosen, single: best, full, asked } = block;
        const top = [...taskOf].map(([t, p]) => {
          const [m, n] = [...p].toSorted((a, b) => b[1] - a[1])[0]!;
          return `${t.slice(0, 5)}:${m.slice(5, 10)} ${((100 * n) / [...p.values()].reduce((a, b) => a + b)).toFixed(0)}`;
        });
        console.log(
          `seed ${seed} call ${call}: chosen ${(chosen / calls).toFixed(4)} single ${(best / calls).toFixed(4)} ` +
            `full ${(full / calls).toFixed(4)} gain ${(100 * shareOfGain(block)).toFixed(1)}% incumbent ` +
            `${((100 * asked) / calls).toFixed(0)}%  ${top.join(' ')}`,
        );
        block = emptyBlock();
        taskOf.clear();
      }
      if (call % EVERY === 0 && call < CALLS) console.log(`  trained: ${await world.train()}`);
    }
  } finally {
    await world.close();
  }
  console.log(`seed ${seed}: all ${(100 * shareOfGain(total)).toFixed(1)}%`);
}

for (let s = 0; s < Number(values.seeds); s++) await run(Number(values.seed) + s);
