/**
 * Logs of ten thousand to ten million interactions, from the simulator: what import and training take, at which peak of
 * memory, and how well the profile routes queries that it has not learned from, beside the best router that is simple.
 * Then 0.1% of new interactions, and training again from the version in force.
 *
 *     node dist/scripts/bench/scale.js [--interactions 10000,100000,1000000] [--llms 10,100] [--answers 8] [--seed 1]
 * [--backend auto] [--folder DIR]
 */
import { fork } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLogger } from '../../src/base/log.js';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths } from '../../src/base/paths.js';
import { table } from '../../src/cli/output.js';
import { importFiles } from '../../src/importer/index.js';
import { openLedger } from '../../src/store/open.js';
import type { TrainRequest, TrainResult } from '../../src/schema/training.js';
import { loadSimulation, simulateStream } from '../../src/simulator/index.js';
import { trainAndActivate } from '../../src/training/trainer.js';

const { values } = parseArgs({
  options: {
    interactions: { type: 'string', default: '10000,100000,1000000' },
    llms: { type: 'string', default: '10,100' },
    answers: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'auto' },
    folder: { type: 'string', default: tmpdir() },
    /** Of the process that imports: the file. */
    import: { type: 'string' },
  },
});
const [seed, answers] = [Number(values.seed), Number(values.answers)];
/** Share of the log that comes after training. */
const NEW_SHARE = 0.001;

interface Imported {
  seconds: number;
  peakMb: number;
}

/** The importing process: the catalog of the simulation, then its rows from a file. */
async function importLog(folder: string, file: string): Promise<void> {
  const ledger = await openLedger(dataPaths(folder).ledger, { clock: systemClock });
  await loadSimulation(ledger, simulateStream({ seed, llms: Number(values.llms), interactions: 0 }));
  const begun = performance.now();
  await importFiles(ledger, [file]);
  await ledger.close();
  process.send!({
    seconds: (performance.now() - begun) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
  } satisfies Imported);
}

async function inAnotherProcess(folder: string, llms: number, file: string): Promise<Imported> {
  const child = fork(fileURLToPath(import.meta.url), [
    '--folder',
    folder,
    '--llms',
    String(llms),
    '--seed',
    String(seed),
    '--import',
    file,
  ]);
  const [imported] = (await once(child, 'message')) as [Imported];
  await once(child, 'exit');
  return imported;
}

async function train(folder: string): Promise<TrainResult> {
  const ledger = await openLedger(dataPaths(folder).ledger, { clock: systemClock });
  try {
    return await trainAndActivate(
      { ledger, dataDir: folder, encoder: 'static', log: createLogger('warn'), onActivated: () => Promise.resolve() },
      { seed, backend: values.backend as TrainRequest['backend'] & string },
      () => undefined,
    );
  } finally {
    await ledger.close();
  }
}

/** How a run's profile did on its held-out queries, beside the best that reads only text. */
function qualityOf({ metrics, comparison }: TrainResult): { learned: number; simple: number } {
  const simple = comparison.filter(
    (c) => !c.told && c.mean !== null && !['learned', 'in-force', 'reference', 'oracle'].includes(c.name),
  );
  return { learned: metrics['score_learned'] ?? NaN, simple: Math.max(...simple.map((c) => c.mean!)) };
}

async function measure(interactions: number, llms: number): Promise<(string | number)[]> {
  const folder = mkdtempSync(join(values.folder, 'pointsman-scale-'));
  try {
    const file = join(folder, 'log.jsonl');
    const more = join(folder, 'more.jsonl');
    const news = Math.ceil(NEW_SHARE * interactions);
    const [out, later] = [createWriteStream(file), createWriteStream(more)];
    let made = 0;
    for (const row of simulateStream({ seed, llms, answers, interactions: interactions + news }).rows) {
      const to = made++ < interactions ? out : later;
      if (!to.write(`${JSON.stringify(row)}\n`)) await once(to, 'drain');
    }
    await Promise.all([out, later].map((stream) => once(stream.end(), 'finish')));
    const imported = await inAnotherProcess(folder, llms, file);
    const first = await train(folder);
    await inAnotherProcess(folder, llms, more);
    const again = await train(folder);
    const [before, after] = [qualityOf(first), qualityOf(again)];
    return [
      interactions,
      llms,
      imported.seconds.toFixed(1),
      Math.round(imported.peakMb),
      first.seconds.toFixed(1),
      first.peak_memory_mb,
      before.learned.toFixed(4),
      before.simple.toFixed(4),
      again.seconds.toFixed(1),
      (again.seconds / first.seconds).toFixed(2),
      after.learned.toFixed(4),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (values.import !== undefined) await importLog(values.folder, values.import);
else {
  console.log(
    `simulated logs, ${answers} LLMs answer each query, seed ${seed}; again: after ${NEW_SHARE * 100}% more ` +
      'interactions',
  );
  const rows: (string | number)[][] = [];
  for (const llms of values.llms.split(',').map(Number)) {
    for (const interactions of values.interactions.split(',').map(Number)) {
      rows.push(await measure(interactions, llms));
      console.log(
        table(
          [
            'interactions',
            'LLMs',
            'import s',
            'peak MB',
            'train s',
            'peak MB',
            'learned',
            'best simple',
            'again s',
            'of first',
            'learned again',
          ],
          rows,
        ),
      );
    }
  }
}
