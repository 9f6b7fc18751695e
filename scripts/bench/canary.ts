/**
 * Canaries of a version that is 5 points worse on one task, and of one that is as good, through the steps and margins
 * that are the default: what they cost until they are rolled back, and how often which is rolled back or promoted.
 *
 *     node dist/scripts/bench/canary.js [--runs 200] [--seed 1] [--day 20000] [--days 20] [--scored 1,.3] [--task code]
 *         [--by .05] [--steps .01:50,.05:100] [--margin .01] [--differs .2] [--every 20]
 *
 * Cost is in points of a day's mean quality: the sum of what was lost, in expectation, over a day's queries. Verdicts
 * are of all answers; of all and by task; and of only those that the other arm would have asked another LLM for.
 */
import { parseArgs } from 'node:util';
import { createRng, type Rng } from '../../src/base/rng.js';
import { table } from '../../src/cli/output.js';
import { armAt } from '../../src/machines/assign.js';
import { moveOf, verdictOf, type ArmSums, type TaskSums } from '../../src/machines/canary.js';
import { added, NO_SUMS, type Sums } from '../../src/machines/sequential.js';
import { DEFAULT_STEPS, Margins } from '../../src/schema/experiment.js';
import { answerOf, TASKS, type Answer, type World } from './canary-world.js';

const { values: given } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    day: { type: 'string', default: '20000' },
    days: { type: 'string', default: '20' },
    scored: { type: 'string', default: '1,.3' },
    task: { type: 'string', default: 'code' },
    by: { type: 'string', default: '.05' },
    steps: { type: 'string' },
    margin: { type: 'string' },
    differs: { type: 'string', default: '.2' },
    every: { type: 'string', default: '20' },
  },
});
const [runs, seed, day, days, every] = [given.runs, given.seed, given.day, given.days, given.every].map(Number) as [
  number,
  number,
  number,
  number,
  number,
];
const steps =
  given.steps?.split(',').map((step) => {
    const [share, answers] = step.split(':').map(Number) as [number, number];
    return { share, answers };
  }) ?? DEFAULT_STEPS;
const margins = Margins.parse(given.margin === undefined ? {} : { quality: Number(given.margin) });

/** Which answers count, and how. */
const READINGS = ['all answers', 'all, by task', 'where arms differ', 'where arms differ, by task'] as const;
type Reading = (typeof READINGS)[number];

class Arm {
  sums: ArmSums = { quality: NO_SUMS, errors: NO_SUMS, latency: NO_SUMS, cost: NO_SUMS };
  tasks = new Map<string, Sums>();
  add({ task, score, error, latency, cost }: Answer): void {
    const { quality, ...others } = this.sums;
    this.sums = {
      quality: score === null ? quality : added(quality, score),
      errors: added(others.errors, error),
      latency: added(others.latency, latency),
      cost: added(others.cost, cost),
    };
    if (score !== null) this.tasks.set(task, added(this.tasks.get(task) ?? NO_SUMS, score));
  }
}

interface Outcome {
  move: 'roll_back' | 'promote' | 'none';
  queries: number;
  answers: number;
  /** Points of a day's quality: all in all, in the first day, and in the worst day. */
  cost: { all: number; first: number; worst: number };
}

function run(world: World, reading: Reading, chance: Rng): Outcome {
  const [candidate, control] = [new Arm(), new Arm()];
  const [onlyDiffering, byTask] = [reading.startsWith('where'), reading.endsWith('task')];
  const differing = onlyDiffering ? world.differs : 1;
  const lost = Array.from({ length: days }, () => 0);
  let [step, answers, all, move, queries] = [0, 0, 0, 'none' as Outcome['move'], 0];
  for (; queries < day * days && move === 'none'; queries++) {
    const { share } = steps[step]!;
    const isIts = armAt(chance.next(), [share, 1 - share]) === 0;
    const answer = answerOf(world, isIts, chance);
    if (!onlyDiffering || answer.differs) (isIts ? candidate : control).add(answer);
    if (!isIts) continue;
    lost[Math.floor(queries / day)]! += answer.lost;
    answers++;
    if (++all % every !== 0) continue;
    const tasks: TaskSums[] = TASKS.map(({ name }) => ({
      task: name,
      candidate: candidate.tasks.get(name) ?? NO_SUMS,
      control: control.tasks.get(name) ?? NO_SUMS,
    }));
    const verdict = verdictOf(candidate.sums, control.sums, margins, { tasks: byTask ? tasks : [], differing });
    const next = moveOf({ steps, promote: 'auto' }, { step, answers }, verdict).move;
    if (next === 'step') [step, answers] = [step + 1, 0];
    if (next === 'roll_back' || next === 'promote') move = next;
  }
  const points = (sum: number): number => (100 * sum) / day;
  return {
    move,
    queries,
    answers: all,
    cost: {
      all: points(lost.reduce((sum, one) => sum + one, 0)),
      first: points(lost[0]!),
      worst: points(Math.max(...lost)),
    },
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const medianOf = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

function report(name: string, world: World, reading: Reading): (string | number)[] {
  const rng = createRng(seed);
  const outcomes = Array.from({ length: runs }, (_, i) => run(world, reading, rng.fork(`${name} ${i}`)));
  const of = (move: Outcome['move']): Outcome[] => outcomes.filter((outcome) => outcome.move === move);
  const ended = of(world.worse === null ? 'promote' : 'roll_back');
  const costs = (key: keyof Outcome['cost']): string => {
    const values = outcomes.map(({ cost }) => cost[key]);
    return `${meanOf(values).toFixed(2)} · ${Math.max(...values).toFixed(2)}`;
  };
  return [
    percent(world.scored),
    reading,
    percent(of('roll_back').length / runs),
    percent(of('promote').length / runs),
    ended.length === 0 ? '–' : medianOf(ended.map(({ answers }) => answers)),
    ended.length === 0 ? '–' : (medianOf(ended.map(({ queries }) => queries)) / day).toFixed(1),
    ...(world.worse === null ? [] : [costs('all'), costs('first'), costs('worst')]),
  ];
}

const HEADER = ['scored', 'verdict of', 'rolled back', 'promoted', 'answers', 'days'];
console.log(`${runs} runs, ${day} queries a day, ${days} days at most; looked at every ${every} answers`);
console.log(`steps ${steps.map(({ share, answers }) => `${percent(share)} for ${answers}`).join(', ')}`);
console.log(`margin of quality ${margins.quality}; arms differ on ${given.differs} of queries`);
const scored = given.scored.split(',').map(Number);
const worlds = { worse: { task: given.task, by: Number(given.by) }, good: null };
for (const [name, worse] of Object.entries(worlds)) {
  const title = worse === null ? 'As good' : `Worse by ${worse.by} on ${worse.task}; cost: mean · worst run`;
  const rows = scored.flatMap((share) =>
    READINGS.map((reading) => report(name, { worse, differs: Number(given.differs), scored: share }, reading)),
  );
  console.log(`\n${title}\n`);
  console.log(
    table(worse === null ? HEADER : [...HEADER, 'cost in all', 'in the first day', 'in its worst day'], rows),
  );
}
