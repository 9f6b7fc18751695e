import { once } from 'node:events';
import { parse } from '../../src/schema/parse.js';
import { TrainResult } from '../../src/schema/training.js';
import type { Trainer } from '../../src/queue/types.js';

export const RESULT: TrainResult = parse(TrainResult, {
  version: '0123456789abcdef',
  created: true,
  activated: true,
  reason: 'better than the active one',
  status: 'accepted',
  in_force: '0123456789abcdef',
  comparison: [],
  metrics: { regret: 0.125 },
  backend: 'cpu',
  seconds: 1.5,
  peak_memory_mb: 100,
});

/** Reports twice and is done at once. */
export const quick: Trainer = async (_request, { report }) => {
  report({ phase: 'snapshot', fraction: 0, message: 'reading' });
  report({ phase: 'train', fraction: 1, message: 'epoch 9 of 9' });
  return RESULT;
};

/** A trainer that goes on until it is let go or aborted, and counts its runs. */
export function patient(): { trainer: Trainer; release: () => void; runs: () => number; aborted: () => number } {
  let runs = 0;
  let aborted = 0;
  const releasing = new AbortController();
  const released = once(releasing.signal, 'abort');
  const trainer: Trainer = async (_request, { report, signal }) => {
    runs++;
    report({ phase: 'train', fraction: 0.5, message: 'half way' });
    await Promise.race([released, once(signal, 'abort').then(() => aborted++)]);
    signal.throwIfAborted();
    return RESULT;
  };
  return { trainer, release: () => releasing.abort(), runs: () => runs, aborted: () => aborted };
}
