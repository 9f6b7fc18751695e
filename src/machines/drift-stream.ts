import type { Alert, DriftSettings, DriftSignal } from '../schema/drift.js';
import { observe, type Change, type Stream, type TestSettings } from './drift.js';

/** One thing that an interaction tells of an LLM on a task. */
export interface DriftObservation {
  model: string;
  task: string;
  /** What `task` is; a task unless told. */
  by?: Alert['by'];
  signal: DriftSignal;
  /** Score in [0, 1], natural logarithm of the latency in milliseconds, or 1 for an error and 0 for none. */
  value: number;
  /** What a version predicted, in the same units; null where nothing did. */
  predicted: number | null;
  /** Which version; null where nothing predicted. */
  version: string | null;
  /** Milliseconds since the epoch. */
  at: number;
}

/**
 * Lines up residuals of several versions. A residual is observed less predicted, and another version has another mean
 * residual: no change of the LLM. So `offset` puts the version's mean prediction back: values are as scores are, less
 * what the prediction says of this query in particular. It is settled over the first {@link SETTLE} predictions of a
 * version, against the last of the version before.
 */
export interface Level {
  version: string | null;
  /** What the offset was when the version took over, less its predecessor's mean prediction then. */
  base: number;
  offset: number;
  /** Mean of its predictions: of all at first, of the latest later. */
  mean: number;
  predictions: number;
}

/** A stream of residuals of one LLM, task and signal. */
export interface DriftStream {
  level: Level;
  values: Stream;
}

const SETTLE = 100;

export const NEW_STREAM: DriftStream = {
  level: { version: null, base: 0, offset: 0, mean: 0, predictions: 0 },
  values: [],
};

function levelled(before: Level, predicted: number, version: string | null): Level {
  const level =
    before.version === version
      ? before
      : { version, base: before.offset - before.mean, offset: 0, mean: 0, predictions: 0 };
  const predictions = Math.min(SETTLE, level.predictions + 1);
  const mean = level.mean + (predicted - level.mean) / predictions;
  return {
    version,
    base: level.base,
    mean,
    predictions,
    offset: level.predictions < SETTLE ? level.base + mean : level.offset,
  };
}

/** Variance that is expected of each signal before anything is seen. */
const VARIANCE = { score: 0.2, latency: 0.5, error: 0.01 };

/** Nats more that a change for the better takes: nothing is lost by waiting for it. */
const BETTER_NATS = 1.5;

function testOf(signal: DriftSignal, settings: DriftSettings): TestSettings {
  const { evidence: worse, least } = settings[signal];
  const better = worse + BETTER_NATS;
  return {
    evidence: signal === 'score' ? { fall: worse, rise: better } : { fall: better, rise: worse },
    least: signal === 'latency' ? Math.log(least) : least,
    variance: VARIANCE[signal],
  };
}

/** The stream after an observation, and the change that it confirms. */
export function afterObservation(
  { level: before, values }: DriftStream,
  { signal, value, predicted, version, at }: Omit<DriftObservation, 'model' | 'task' | 'by'>,
  settings: DriftSettings,
): { stream: DriftStream; change: Change | null } {
  const level = levelled(before, predicted ?? 0, predicted === null ? null : version);
  const { stream, change } = observe(values, value - (predicted ?? 0) + level.offset, at, testOf(signal, settings));
  return { stream: { level, values: stream }, change };
}

/** A mean of a stream as it is told: milliseconds for latencies, in [0, 1] for the others. */
export const told = (signal: DriftSignal, mean: number): number =>
  signal === 'latency' ? Math.exp(mean) : Math.min(1, Math.max(0, mean));

/**
 * How much worse `after` is than `before`, as told: in points, or for latencies as a ratio less 1; negative where it is
 * better.
 */
export function worseningOf(signal: DriftSignal, before: number, after: number): number {
  if (signal === 'latency') return after / before - 1;
  return signal === 'score' ? before - after : after - before;
}

/** The same that is called a change. */
export const leastWorsening = (signal: DriftSignal, { [signal]: { least } }: DriftSettings): number =>
  signal === 'latency' ? least - 1 : least;
