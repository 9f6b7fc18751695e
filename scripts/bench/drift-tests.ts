/**
 * Tests for a change of a stream, to be compared: textbook ones beside ours, and one that is told what nobody knows.
 */
import { observe, type Stream } from '../../src/machines/drift.js';
import { afterObservation, NEW_STREAM, type DriftStream } from '../../src/machines/drift-stream.js';
import { DEFAULT_DRIFT } from '../../src/schema/drift.js';

/** One value of a stream: what was observed, and what was predicted. */
export interface Value {
  value: number;
  predicted: number | null;
}

/** What a test says of each value: whether the mean fell or rose. */
export type Verdict = 'worse' | 'better' | null;
export type Detector = (value: Value) => Verdict;

/** How a stream is without a change: known to nobody but {@link toldCusum}. */
export interface Truth {
  /** Mean and standard deviation of observed less predicted. */
  mean: number;
  deviation: number;
}

export interface Contender {
  name: string;
  open(truth: Truth): Detector;
}

/** What serves, with as much evidence as is asked for by default, or another amount of it. */
export function ours(evidence: number = DEFAULT_DRIFT.score.evidence): Contender {
  const settings = { ...DEFAULT_DRIFT, score: { ...DEFAULT_DRIFT.score, evidence } };
  return {
    name: `ours, ${evidence} nats`,
    open() {
      let stream: DriftStream = NEW_STREAM;
      return ({ value, predicted }) => {
        const next = afterObservation(
          stream,
          { signal: 'score', value, predicted, version: predicted === null ? null : 'held out', at: 0 },
          settings,
        );
        stream = next.stream;
        if (next.change === null) return null;
        return next.change.after < next.change.before ? 'worse' : 'better';
      };
    },
  };
}

/** Page–Hinkley as the textbooks and libraries have it: delta 0.005, lambda 50, from the 30th value on. */
export const pageHinkley: Contender = {
  name: 'Page–Hinkley (δ 0.005, λ 50)',
  open() {
    let [n, mean, down, up, mostDown, leastUp] = [0, 0, 0, 0, 0, 0];
    return ({ value, predicted }) => {
      const x = value - (predicted ?? 0);
      n++;
      mean += (x - mean) / n;
      mostDown = Math.max(mostDown, (down += x - mean + 0.005));
      leastUp = Math.min(leastUp, (up += x - mean - 0.005));
      const verdict = n < 30 ? null : mostDown - down > 50 ? 'worse' : up - leastUp > 50 ? 'better' : null;
      if (verdict !== null) [n, mean, down, up, mostDown, leastUp] = [0, 0, 0, 0, 0, 0];
      return verdict;
    };
  },
};

/** ADWIN with its usual confidence, 0.002, and the bound that knows the variance; the same buckets as ours. */
export const adwin: Contender = {
  name: 'ADWIN (δ 0.002)',
  open() {
    let stream: Stream = [];
    return ({ value, predicted }) => {
      stream = observe(stream, value - (predicted ?? 0), 0, {
        evidence: { fall: Infinity, rise: Infinity },
        least: 0,
        variance: 0,
      }).stream;
      const [n, s1, s2] = stream.reduce(([a, b, c], bucket) => [a + bucket.n, b + bucket.s1, c + bucket.s2], [0, 0, 0]);
      const variance = s2 / n - (s1 / n) ** 2;
      const log = Math.log((2 * Math.log(n)) / 0.002);
      let [later, laterSum] = [0, 0];
      for (let cut = stream.length - 1; cut > 0; cut--) {
        later += stream[cut]!.n;
        laterSum += stream[cut]!.s1;
        const before = n - later;
        if (later < 5 || before < 5) continue;
        const m = 1 / (1 / later + 1 / before);
        const difference = laterSum / later - (s1 - laterSum) / before;
        if (Math.abs(difference) <= Math.sqrt((2 / m) * variance * log) + (2 / (3 * m)) * log) continue;
        stream = stream.slice(cut);
        return difference < 0 ? 'worse' : 'better';
      }
      return null;
    };
  },
};

/**
 * CUSUM of a drop whose size, and whose mean and deviation before, are told: about as soon as it can be found. Its
 * bound is for one false alarm in 200,000 values by Siegmund's approximation, which takes scores for normal; the
 * benchmark counts them.
 */
export function toldCusum(drop: number): Contender {
  return {
    name: 'told mean and size (CUSUM)',
    open({ mean, deviation }) {
      const rate = drop ** 2 / (2 * deviation ** 2);
      let bound = 10;
      for (let i = 0; i < 50; i++) bound = Math.log(200_000 * rate + bound + 1);
      bound -= (1.166 * drop) / deviation;
      let sum = 0;
      return ({ value, predicted }) => {
        sum = Math.max(0, sum + (drop * (mean - value + (predicted ?? 0) - drop / 2)) / deviation ** 2);
        if (sum < bound) return null;
        sum = 0;
        return 'worse';
      };
    },
  };
}
