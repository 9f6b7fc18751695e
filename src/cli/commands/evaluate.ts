import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { systemClock } from '../../base/clock.js';
import { dataPaths } from '../../base/paths.js';
import { openEncoder } from '../../encoder/index.js';
import type { Encoder } from '../../encoder/types.js';
import { DESIGN_TABLES, type DesignTables } from '../../evaluation/design-lists.js';
import { evaluate } from '../../evaluation/evaluate.js';
import { cellTexts } from '../../evaluation/report/cells.js';
import { toText } from '../../evaluation/report/text.js';
import type { EvaluationReport } from '../../schema/evaluation.js';
import { Interrupted, type EvaluationInput } from '../../evaluation/folds.js';
import { checkReportFolder, writeReport } from '../../evaluation/report/write.js';
import { CASCADE_RUNS, type CascadeRuns } from '../../evaluation/sections/cascade.js';
import { NEW_LLM_RUNS, type NewLlmRuns } from '../../evaluation/sections/new-llm.js';
import { withTexts } from '../../graph/rows.js';
import { importFiles } from '../../importer/index.js';
import { openLedger } from '../../store/open.js';
import { composerSettings, openComposer } from '../../profile/text/composer/index.js';
import type { DesignName, TrainRequest, Weighing } from '../../schema/training.js';
import { openBackend } from '../../tensor/backend.js';
import { encodeQueries } from '../../dataset/vectors.js';
import { createPreviewer } from '../../measure/preview/preview.js';
import { parse } from '../../schema/parse.js';
import { PreviewRequest } from '../../schema/preview.js';
import { integer, options } from '../options.js';
import { answer, print, progressBar, table, type ProgressBar } from '../output.js';
import { describePreview, previewOf, previewOptions, type PreviewSettings } from '../preview-page.js';
import { createTimeLeft, inWords } from '../time-left.js';
import { openWorkspace } from '../workspace.js';

interface Settings extends PreviewSettings {
  policy?: string;
  log?: string[];
  folds: number;
  tables: DesignTables;
  newLlm: NewLlmRuns;
  cascades: CascadeRuns;
  output: string;
  design: DesignName;
  seed: number;
  weigh: Weighing;
  backend: NonNullable<TrainRequest['backend']>;
  data: string;
  encoder: string;
}

/** A word as a shell reads it back. */
const quoted = (word: string | number): string =>
  /^[\w@%+=:,./-]+$/.test(String(word)) ? String(word) : `'${String(word).replaceAll("'", "'\\''")}'`;

/** The command line that gets the same report. */
function commandOf(settings: Settings): string {
  const { log, folds, tables, newLlm, cascades, design, seed, weigh, backend, data, encoder } = settings;
  const from = log === undefined ? ['--data', data] : ['--log', ...log];
  return [
    'pointsman',
    'evaluate',
    ...from,
    '--folds',
    folds,
    '--tables',
    tables,
    '--new-llm',
    newLlm,
    '--cascades',
    cascades,
    '--design',
    design,
    '--seed',
    seed,
    '--weigh',
    weigh,
    '--backend',
    backend,
    '--encoder',
    encoder,
  ]
    .map(quoted)
    .join(' ');
}

/** What is in a log of files, or in the ledger: its rows, and its queries as vectors. */
async function readLog(
  { log, data }: Settings,
  encoder: Encoder,
  bar: ProgressBar,
): Promise<Pick<EvaluationInput, 'rows' | 'vectors'>> {
  const scratch = log === undefined ? undefined : mkdtempSync(join(tmpdir(), 'pointsman-evaluate-'));
  const ledger = await openLedger(dataPaths(scratch ?? data).ledger, { clock: systemClock });
  try {
    if (log !== undefined) await importFiles(ledger, log);
    const rows = await withTexts(await ledger.snapshot.read(), ledger.snapshot.texts);
    return {
      rows,
      vectors: await encodeQueries(
        encoder,
        rows.queries,
        { ledger, folder: scratch === undefined ? dataPaths(data).vectors : null },
        (done) => bar.update(0, `${done} of ${rows.queries.length} queries encoded`),
      ),
    };
  } finally {
    await ledger.close();
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

/** Prints what a policy would have earned, from the decisions in the data folder. */
async function previewPolicy(policy: string, { data, encoder, json, ...settings }: Settings): Promise<void> {
  const request = parse(PreviewRequest, previewOf(policy, settings));
  const { ledger, live, decider, close } = await openWorkspace({ data, encoder, logLevel: 'warn' });
  try {
    await live.corrections.catchUp();
    const flush = (): Promise<boolean> => decider.flush();
    const previewer = createPreviewer({ ledger, live, clock: systemClock, flush, alone: true });
    const found = await previewer.preview(request, true);
    answer(json, found, () => print(describePreview(found)));
  } finally {
    await close();
  }
}

export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description(
      'measure the learned profile beside every simple router and every other profile on a log, and write a report; ' +
        'interrupted once (Ctrl-C), it reports what it has measured. With --policy, estimate what a policy would ' +
        'have earned, from the decisions in --data',
    )
    .option('--policy <name or file>', 'judge this policy instead: its name, or a YAML or JSON file of its rules')
    .addOption(options.json('the report, as report.json has it; with --policy, the preview'));
  return previewOptions(command)
    .option('--log <file...>', 'files to import into a ledger of their own (default: the ledger in --data)')
    .option('--folds <number>', 'number of folds', integer(2, 20), 5)
    .addOption(
      new Option(
        '--tables <which>',
        'profile design × router, on one fold: none, one design of each form, those of the RouteProfile paper, ' +
          'or every legal one (hours); POINTSMAN_COMPOSER composes their texts',
      )
        .choices(DESIGN_TABLES)
        .default('short'),
    )
    .addOption(
      new Option(
        '--new-llm <which>',
        'each LLM in turn as a new one, with a training run each: not, on one fold, or on all',
      )
        .choices(NEW_LLM_RUNS)
        .default('fold'),
    )
    .addOption(
      new Option('--cascades <which>', 'cost and quality of cascades beside single calls: not, on one fold, or on all')
        .choices(CASCADE_RUNS)
        .default('fold'),
    )
    .option(
      '--output <dir>',
      'folder for report.md, report.json and report.html: a new or empty one, or one with an earlier report',
      './evaluation',
    )
    .addOption(options.design())
    .addOption(options.seed())
    .addOption(options.weigh())
    .addOption(options.backend())
    .addOption(options.data())
    .addOption(options.encoder())
    .action(async (settings: Settings) => {
      if (settings.policy !== undefined) return previewPolicy(settings.policy, settings);
      checkReportFolder(settings.output);
      const bar = progressBar();
      try {
        const report = await measured(settings, bar);
        bar.stop();
        const files = writeReport(settings.output, report);
        answer(settings.json, report, () => {
          print(`${toText(report, table)}\n`);
          for (const file of files) print(`written: ${file}`);
        });
        if (report.interrupted) process.exitCode = 1;
      } finally {
        bar.stop();
      }
    });
}

/** Measures, telling how long that takes and what is known early; Ctrl-C ends it with what is measured. */
async function measured(settings: Settings, bar: ProgressBar): Promise<EvaluationReport> {
  const { folds, design, seed, weigh, tables, newLlm, cascades } = settings;
  const composer = openComposer(composerSettings(process.env));
  const clock = createTimeLeft();
  let interrupted = false;
  const interrupt = (): void => {
    // Who asks twice does not want the report either.
    if (interrupted) process.exit(130);
    interrupted = true;
    bar.say('interrupted: a report of what is measured follows; Ctrl-C again ends at once');
  };
  const onProgress = (fraction: number, message: string): void => {
    if (interrupted) throw new Interrupted();
    bar.update(fraction, `${message}${clock.left(fraction)}`);
  };
  process.on('SIGINT', interrupt);
  try {
    const encoder = await openEncoder(settings.encoder);
    const log = await readLog(settings, encoder, bar);
    const backend = await openBackend(settings.backend);
    return await evaluate(
      { ...log, encoder, design, seed, folds, weigh },
      { tables, newLlm, cascades, composer, command: commandOf(settings) },
      {
        backend,
        now: new Date(systemClock()),
        onProgress,
        onSimple: ({ title, tables: [first] }) => {
          if (first !== undefined) bar.say(`${title}: ${first.caption}\n\n${table(first.header, cellTexts(first))}\n`);
        },
        onEstimate(seconds) {
          clock.estimate(1000 * seconds);
          bar.say(
            `It will take ${inWords(1000 * seconds)}, by its first epochs on ${backend.description}: ${folds} folds, ` +
              `--cascades ${cascades}, --new-llm ${newLlm}, --tables ${tables}. Ctrl-C once reports what is measured.`,
          );
        },
      },
    );
  } finally {
    process.off('SIGINT', interrupt);
  }
}
