import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '../../artifact/safetensors.js';
import type { Weights } from '../../math/weights.js';
import type { OptimizerState } from '../../tensor/optimizer.js';

/** Where a training run stands between two epochs: from here on it goes as if it had never stopped. */
export interface Checkpoint {
  /** Epochs done. */
  epoch: number;
  /** Mean loss of the last one. */
  loss: number;
  optimizer: OptimizerState;
}

/** Keeps the checkpoints of runs, each by the version that it makes. */
export interface Checkpoints {
  of(version: string): CheckpointStore;
}

/** Keeps the checkpoint of one run. */
export interface CheckpointStore {
  load(): Checkpoint | null;
  /** Saves at most every few seconds; one that comes sooner is left out. */
  save(make: () => Promise<Checkpoint>): Promise<void>;
  remove(): void;
}

const EVERY_MS = 5000;
const ABANDONED_MS = 24 * 3600 * 1000;
const PREFIX = '.checkpoint-';

const prefixed = (prefix: string, weights: Weights): [string, Weights[string]][] =>
  Object.entries(weights).map(([name, w]) => [`${prefix}${name}`, w]);
const withPrefix = (tensors: Weights, prefix: string): Weights =>
  Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, w]) => [name.slice(prefix.length), w]),
  );

/** Checkpoints as files in a folder, which the first run makes. Those that no run touched for a day are removed. */
export function checkpointsIn(folder: string, now: () => number = () => performance.now()): Checkpoints {
  return { of: (version) => openCheckpoint(folder, version, now) };
}

function openCheckpoint(folder: string, version: string, now: () => number): CheckpointStore {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${PREFIX}${version}`);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const age = name.startsWith(PREFIX)
      ? Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity)
      : 0;
    if (age > ABANDONED_MS) rmSync(path, { force: true });
  }
  let saved = now();
  return {
    load() {
      if (!existsSync(file)) return null;
      try {
        const tensors = decodeSafetensors(readFileSync(file));
        const [epoch, steps, loss] = tensors['progress']!.data as unknown as [number, number, number];
        return {
          epoch,
          loss,
          optimizer: {
            steps,
            weights: withPrefix(tensors, 'weights/'),
            first: withPrefix(tensors, 'first/'),
            second: withPrefix(tensors, 'second/'),
          },
        };
      } catch {
        // Whatever it was, it is of no use: training starts from nothing.
        rmSync(file, { force: true });
        return null;
      }
    },
    async save(make) {
      if (now() - saved < EVERY_MS) return;
      const { epoch, loss, optimizer } = await make();
      const tensors: Weights = Object.fromEntries([
        ['progress', { shape: [3], data: Float32Array.of(epoch, optimizer.steps, loss) }],
        ...prefixed('weights/', optimizer.weights),
        ...prefixed('first/', optimizer.first),
        ...prefixed('second/', optimizer.second),
      ]);
      const temporary = `${file}.${process.pid}`;
      writeFileSync(temporary, encodeSafetensors(tensors));
      renameSync(temporary, file);
      saved = now();
    },
    remove: () => rmSync(file, { force: true }),
  };
}
