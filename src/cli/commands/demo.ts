import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { systemClock } from '../../base/clock.js';
import { PointsmanError } from '../../base/errors.js';
import { DAY_MS } from '../../base/units.js';
import type { RouteRequest } from '../../schema/route.js';
import { DEFAULT_QUERIES, loadSimulation, MAX_QUERIES, simulate, type Simulation } from '../../simulator/index.js';
import { trainAndActivate } from '../../training/trainer.js';
import { createSetClock, playTraffic, TRAFFIC_DAYS } from '../demo-traffic.js';
import { comparisonTable } from '../metrics-table.js';
import { integer, options } from '../options.js';
import { print, table, trainingBar } from '../output.js';
import { openWorkspace, type Workspace } from '../workspace.js';
import { describeAnswer } from './route.js';

interface Settings {
  data: string;
  host: string;
  port: number;
  seed: number;
  queries: number;
  stop?: boolean;
}

const QUERIES = [
  'What is the capital of Australia?',
  'Write a Python function that merges two sorted linked lists and returns the head of the result.',
  'A train leaves at 9:40 and arrives at 13:05 after two stops of 12 minutes each. How many minutes was it moving?',
];
/** Queries per task of which the table of what was learned is made. */
const SAMPLE = 40;

/** Per task: the LLM chosen most often for its queries, how often, and how the tasks' best single LLM compares. */
function learnedTable({ live: { scorer } }: Workspace, { tasks, rows }: Simulation): string {
  const scoring = scorer.current();
  const lines = tasks.map(({ id }) => {
    const texts = [...new Set(rows.filter((r) => r.task === (id as string)).map((r) => r.query))].slice(0, SAMPLE);
    const counts = new Map<string, number>();
    for (const text of texts) {
      // The demonstration's encoder runs in-process, so it answers at once.
      const scored = scoring.score(text, scoring.encode(text) as Float32Array);
      const best = scored.reduce((a, b) => (b.quality > a.quality ? b : a));
      counts.set(best.model, (counts.get(best.model) ?? 0) + 1);
    }
    const [model, count] = [...counts].toSorted((a, b) => b[1] - a[1])[0]!;
    return [id, model, `${Math.round((100 * count) / texts.length)}%`];
  });
  return table(['task', 'LLM chosen most', 'of its queries'], lines);
}

/** Marks a folder that a demonstration made, and so may empty. */
const MARK = '.pointsman-demo';

/**
 * An empty folder for the demonstration. Throws `invalid_config` for one that holds anything else than a former
 * demonstration.
 */
function emptyFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, MARK)))
    throw new PointsmanError(
      'invalid_config',
      `--data: expected an empty folder or one of a former demonstration, got ${folder}, which holds other files`,
    );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, MARK), 'Made by `pointsman demo`, which empties this folder each time.\n');
}

export function demoCommand(): Command {
  return new Command('demo')
    .description('the whole way on a simulated log: import, train, route, and a service left listening')
    .option('--data <dir>', 'folder of the demonstration, emptied each time', join('data', 'demo'))
    .addOption(options.host())
    .addOption(options.port())
    .addOption(options.seed())
    .option(
      '--queries <number>',
      'queries of the simulated log: fewer are trained on faster',
      integer(100, MAX_QUERIES),
      DEFAULT_QUERIES,
    )
    .option('--no-stop', 'end when the service is up, instead of leaving it listening')
    .action(async ({ data, host, port, seed, queries: wanted, stop }: Settings) => {
      const settings = { data, host, port, encoder: 'static', logLevel: 'warn' };
      emptyFolder(data);
      const simulation = simulate({ seed, queries: wanted });
      // The log is of before the traffic that is played, which is of the days until now.
      const time = createSetClock(systemClock() - TRAFFIC_DAYS * DAY_MS);
      // That LLMs get worse is to be seen in the dashboard, not here.
      const workspace = await openWorkspace({ ...settings, logLevel: 'error' }, time);
      const bar = trainingBar();
      try {
        print(`1. A simulated log (seed ${seed}: invented LLMs answering made-up queries)`);
        await loadSimulation(workspace.ledger, simulation);
        const { interactions, queries } = await workspace.ledger.feedback.counts();
        print(
          `   ${interactions} simulated interactions: ${simulation.profiles.length} LLMs, ` +
            `${simulation.tasks.length} tasks, ${queries} queries\n`,
        );

        print('2. Training a profile of each LLM on it');
        // Nothing serves beside it yet that would have to go first.
        const trainer = { ...workspace.trainer, priority: 0 };
        const result = await trainAndActivate(trainer, { seed }, bar.report);
        bar.stop();
        print(`   version ${result.version}, ${result.backend}, ${result.seconds.toFixed(1)} s\n`);

        print('3. What was learned, from the simulated log');
        print(comparisonTable(result.comparison, result.metrics));
        print(`\n${learnedTable(workspace, simulation)}\n`);

        print('4. Routing queries among the simulated LLMs');
        for (const query of QUERIES)
          print(
            `\n> ${query}\n${describeAnswer(await workspace.decider.decide({ query, explain: true } as RouteRequest))}`,
          );

        print(
          `\n5. ${TRAFFIC_DAYS} days of simulated traffic: invented queries, routed as above, and invented answers`,
        );
        const played = await playTraffic(workspace, { seed, until: systemClock(), time });
        print(
          `   ${played.queries} simulated queries, ${played.scored} answers scored; one LLM was made worse on ` +
            `translations on the way, another failed for some hours: open alerts: ${played.alerts}`,
        );
      } finally {
        bar.stop();
        await workspace.close();
      }

      const { startService, untilStopped } = await import('../service.js');
      const service = await startService(settings, { api: true, worker: true });
      print(`\n6. The service listens; all that it holds is simulated\n`);
      print(`   curl '${service.url}/route?query=What+is+the+boiling+point+of+water%3F'\n`);
      print(`   Open ${service.url}/ (Ctrl-C stops it)`);
      if (stop === false) await service.close();
      else await untilStopped(service);
    });
}
