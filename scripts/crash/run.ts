/**
 * Kills the service (or a command beside it) with SIGKILL at random moments of feedback, calls, imports, training and
 * activation; starts it again on the same data folder, and looks whether an acknowledged row or an answered call is
 * lost, one is doubled, an import is there in part, a version is broken, or what is in force does not serve.
 *
 *     node dist/scripts/crash/run.js [--kills 50] [--seed 1] [--only PHASE] [--queue URL]
 *
 * Prints a table by phase; exits with 1 where anything was wrong.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/base/rng.js';
import { activationPhase, commandPhase } from './activating.js';
import { callPhase } from './calls.js';
import { crash } from './crash.js';
import { feedbackPhase } from './feedback.js';
import { importPhase } from './importing.js';
import { trainingPhase } from './training.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    queue: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const PHASES = [feedbackPhase, callPhase, importPhase, trainingPhase, activationPhase, commandPhase];
if (values.help) {
  process.stdout.write(`crash: kills the service at random moments and looks at what is left

  --kills N     how often (50)
  --seed S      seed of what is done and when it is killed (1); the machine's own timing is not fixed by it
  --queue URL   redis://… or postgres://…; embedded unless given, which takes seconds at each start
  --only PHASE  one of ${PHASES.map(({ name }) => name).join(', ')}
`);
  process.exit(0);
}

const phases = PHASES.filter(({ name }) => values.only === undefined || name === values.only);
if (phases.length === 0) throw new Error(`--only: expected a phase, got ${values.only}`);
const folder = mkdtempSync(join(tmpdir(), 'pointsman-crash-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const began = performance.now();
const tally = await crash({
  folder,
  phases,
  kills: Number(values.kills),
  rng: createRng(Number(values.seed)),
  queue: values.queue,
  report: (line) => process.stdout.write(`${line}\n`),
});
const seconds = (performance.now() - began) / 1000;
process.stdout.write(
  `\n${tally.toTable()}\n\n${values.kills} kills of seed ${values.seed} in ${seconds.toFixed(0)} s\n`,
);
process.exit(tally.isClean() ? 0 : 1);
