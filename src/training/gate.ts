import type { Rng } from '../base/rng.js';
import { NO_TASK } from '../dataset/dataset.js';
import { intervalOfMean } from '../math/interval.js';
import { matchedInterval, type Ends } from '../measure/matched-interval.js';
import { meanOf, outcomesOf, utilities } from '../measure/outcomes.js';
import { pairedTest } from '../measure/paired-test.js';
import { LEARNED, ORACLE, type HeldOut, type Prediction } from '../measure/predictions.js';
import type { Comparison, TaskComparison } from '../schema/training.js';

/** A difference less likely than this by chance counts. */
const SIGNIFICANCE = 0.05;

/** Names of the version in force, and of the reference of its line, among the contenders. */
export const IN_FORCE = 'in-force';
export const REFERENCE = 'reference';

/** What the gate says of a trained profile. */
export interface Verdict {
  status: 'accepted' | 'rejected';
  /** What should serve: the trained profile, a baseline, what is in force now, or the reference of its line. */
  serve: 'learned' | 'baseline' | 'in-force' | 'reference';
  /** The baseline that should serve. */
  baseline: string | null;
  comparison: Comparison[];
  reason: string;
}

/**
 * The verdict where there are too few queries to hold any out.
 *
 * @param inForce whether a version of another design is in force, which stays then
 */
export function unjudged(queries: number, inForce = false): Verdict {
  const few = queries === 1 ? 'query is' : 'queries are';
  const reason = `${queries} ${few} too few to hold any out: it was not compared`;
  return {
    status: 'accepted',
    serve: inForce ? 'in-force' : 'learned',
    baseline: null,
    comparison: [],
    reason: inForce ? `${reason}, and a version of another design is in force` : reason,
  };
}

/** Tasks that a comparison is shown on. */
const SHOWN_TASKS = 50;

/** Places of the held-out queries of each task, those of most queries first; none where no task is known. */
function placesByTask({ data, queries }: HeldOut): [task: string, places: number[]][] {
  const places = data.tasks.map((): number[] => []);
  queries.forEach((q, i) => places[data.taskOf[q]!]?.push(i));
  return data.tasks
    .flatMap((task, t): [string, number[]][] =>
      task === NO_TASK || places[t]!.length === 0 ? [] : [[task, places[t]!]],
    )
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, SHOWN_TASKS);
}

/** Where the profile lies beside itself. */
const ITSELF: Ends = { low: 0, high: 0 };

/** What `worth` is above `learned` on each task. */
function comparedByTask(
  tasks: ReturnType<typeof placesByTask>,
  worth: Float64Array,
  learned: Float64Array,
): TaskComparison[] {
  const at = (values: Float64Array, places: readonly number[]): Float64Array =>
    Float64Array.from(places, (i) => values[i]!);
  return tasks.flatMap(([task, places]) => {
    const [own, other] = [at(worth, places), at(learned, places)];
    const differences = own.map((x, i) => x - other[i]!).filter((d) => !Number.isNaN(d));
    const queries = differences.length;
    return queries === 0
      ? []
      : [
          {
            task,
            queries,
            difference: meanOf(differences),
            ...(worth === learned ? ITSELF : matchedInterval(own, other)),
          },
        ];
  });
}

/** Every router beside the one that was trained, by what each is worth on every query. */
export function compare(
  heldOut: HeldOut,
  predictions: readonly Prediction[],
  worth: ReadonlyMap<string, Float64Array>,
  rng: Rng,
): Comparison[] {
  const learned = worth.get(LEARNED.name)!;
  const places = placesByTask(heldOut);
  return predictions.map(({ name, title, told }): Comparison => {
    const own = worth.get(name)!;
    const { difference, pHigher } = pairedTest(own, learned, rng.fork(`${name} ${LEARNED.name}`));
    const mean = meanOf(own);
    const tasks = comparedByTask(places, own, learned);
    const interval = intervalOfMean(own);
    return {
      name,
      title,
      told,
      mean: Number.isFinite(mean) ? mean : null,
      mean_low: interval?.low ?? null,
      mean_high: interval?.high ?? null,
      difference,
      p: pHigher,
      better: name !== LEARNED.name && difference > 0 && pHigher < SIGNIFICANCE,
      ...(own === learned ? ITSELF : matchedInterval(own, learned)),
      ...(tasks.length > 0 && { tasks }),
    };
  });
}

/** What a verdict says that is to serve in the place of the profile, by its name among the contenders. */
export function servedInstead(name: string): Pick<Verdict, 'serve' | 'baseline'> {
  if (name === IN_FORCE) return { serve: 'in-force', baseline: null };
  return name === REFERENCE ? { serve: 'reference', baseline: null } : { serve: 'baseline', baseline: name };
}

/** Whether one of some predictions of the same queries is better than another by more than chance. */
export function isBetter(heldOut: HeldOut, { of, than }: { of: Prediction; than: Prediction }, rng: Rng): boolean {
  const worth = ({ scores }: Prediction): Float64Array => utilities(outcomesOf(heldOut, scores));
  const { difference, pHigher } = pairedTest(worth(of), worth(than), rng.fork(`${of.name} ${than.name}`));
  return difference > 0 && pHigher < SIGNIFICANCE;
}

/**
 * Lets a trained profile into force only if no router that reads text alone, and not the one in force either, is better
 * on queries that none has learned from. A baseline that is better takes its place, unless the one in force is better
 * still.
 *
 * @param predictions of the learned profile, the baselines, and {@link IN_FORCE} and {@link REFERENCE} where there is
 *   one to compare with
 * @param incumbent name of the prediction of what is in force where that is of another design: it is replaced only by
 *   what is better. One of the same design is replaced by what is not worse, since that has learned from more.
 */
export function judge(heldOut: HeldOut, predictions: readonly Prediction[], rng: Rng, incumbent?: string): Verdict {
  const worth = new Map(predictions.map((p) => [p.name, utilities(outcomesOf(heldOut, p.scores))]));
  const named = (name: string): Prediction => predictions.find((p) => p.name === name)!;
  const better = (name: string, than: string): boolean =>
    isBetter(heldOut, { of: named(name), than: named(than) }, rng);
  const comparison = compare(heldOut, predictions, worth, rng);
  const rivals = comparison
    .filter((c) => c.better && !c.told && c.name !== ORACLE.name)
    .toSorted((a, b) => b.mean! - a.mean!);
  if (rivals.length === 0 && incumbent !== undefined && !better(LEARNED.name, incumbent))
    return {
      status: 'accepted',
      serve: 'in-force',
      baseline: null,
      comparison,
      reason:
        `it is not better than what is in force, which is of another design, on ${heldOut.queries.length} held-out ` +
        'queries',
    };
  if (rivals.length === 0)
    return {
      status: 'accepted',
      serve: 'learned',
      baseline: null,
      comparison,
      reason: `no other router is better on ${heldOut.queries.length} held-out queries`,
    };
  const best = rivals[0]!;
  const reason =
    `${best.title} is better by ${best.difference.toFixed(4)} (p = ${best.p.toFixed(4)}) on ` +
    `${heldOut.queries.length} held-out queries`;
  const other = rivals.find((c) => c.name !== IN_FORCE)?.name;
  const stays = (over: string): boolean =>
    incumbent === undefined
      ? worth.has(IN_FORCE) && better(IN_FORCE, over)
      : incumbent !== over && !better(over, incumbent);
  return {
    status: 'rejected',
    ...servedInstead(other === undefined || stays(other) ? IN_FORCE : other),
    comparison,
    reason,
  };
}

/**
 * Queries that are held out: the same ones of a growing log, most of a log of few, and no more than tell routers apart.
 */
const SHARE = { least: 0.1, most: 0.25, queries: 150, enough: 5000 };
/** Under so many queries none is held out. */
const FEWEST = 20;

/**
 * Splits queries by the hash of their text: those held out of a log are among those that were held out when it was
 * shorter, so that no artifact has ever learned from what it is judged by.
 *
 * @param hashOf SHA-256 of a query's text, in hexadecimal
 */
export function splitHeldOut(
  queries: Int32Array,
  hashOf: (query: number) => string,
): { seen: Int32Array; heldOut: Int32Array } {
  if (queries.length < FEWEST) return { seen: queries, heldOut: Int32Array.of() };
  const share = Math.min(
    SHARE.most,
    Math.max(SHARE.least, SHARE.queries / queries.length),
    SHARE.enough / queries.length,
  );
  // The end of the hash: its beginning decides folds of a cross-validation.
  const held = (q: number): boolean => Number.parseInt(hashOf(q).slice(-8), 16) / 2 ** 32 < share;
  return { seen: queries.filter((q) => !held(q)), heldOut: queries.filter(held) };
}
