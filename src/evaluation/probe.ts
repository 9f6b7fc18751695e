import type { Dataset } from '../dataset/dataset.js';
import { fitLearned } from '../learned/fit.js';
import type { TensorFlow } from '../tensor/types.js';
import type { Rng } from '../base/rng.js';
import { Interrupted, type EvaluationInput, type Progress } from './folds.js';

/** So many epochs tell how long one takes; fewer where they are long. */
const EPOCHS = 3;
const LONG_MS = 5_000;
/** What follows the epochs of a training, beside them. */
const REST = 1.15;

class Enough extends Error {}

/**
 * About how many seconds a training takes: measured by its first epochs, which are done in vain.
 *
 * @param train queries that it would learn from
 */
export async function probeTraining(
  { input: { rows, encoder, options }, data, train }: { input: EvaluationInput; data: Dataset; train: Int32Array },
  { tf, rng }: { tf: TensorFlow; rng: Rng },
  onProgress: Progress,
): Promise<number> {
  const started = performance.now();
  const ends: number[] = [];
  let epochs = 1;
  try {
    await fitLearned({ rows, data, encoder, options }, train, { tf, rng }, (report) => {
      ends.push(performance.now() - started);
      epochs = report.epochs;
      onProgress(0, 'measuring how long a training takes');
      if (ends.length >= EPOCHS || ends.at(-1)! > LONG_MS) throw new Enough();
    });
  } catch (error) {
    if (error instanceof Interrupted || !(error instanceof Enough)) throw error;
  }
  const [first, last] = [ends[0] ?? 0, ends.at(-1) ?? 0];
  // The first one compiles what the others run.
  const each = ends.length > 1 ? (last - first) / (ends.length - 1) : last;
  return ((Math.max(0, first - each) + each * epochs) * REST) / 1000;
}
