import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { dataPaths } from '../../base/paths.js';
import { PointsmanError } from '../../base/errors.js';
import { systemClock } from '../../base/clock.js';
import { createForgetting } from '../../dataset/forget.js';
import { openEncoder } from '../../encoder/index.js';
import { parse } from '../../schema/parse.js';
import { ForgetRequest, type RetentionSettings } from '../../schema/retention.js';
import { openLedger } from '../../store/open.js';
import type { ToForget } from '../../store/ports/retention.js';
import { auditDone } from '../actor.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { options } from '../options.js';
import { print, table } from '../output.js';

interface Settings {
  data: string;
}

/** How long a write of the running service is waited for, in milliseconds. */
const WAIT_MS = 60_000;

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Throws `file_not_found` where there is no ledger yet: made now, it would have nothing to forget or give back. */
function ledgerIn(data: string): string {
  const { ledger } = dataPaths(data);
  if (existsSync(ledger)) return ledger;
  throw new PointsmanError('file_not_found', `${ledger}: there is no ledger here yet`);
}

/** Settings one a row: those of a group by their path. */
function settingRows(settings: object, prefix = ''): [string, string][] {
  return Object.entries(settings).flatMap(([name, value]: [string, unknown]): [string, string][] =>
    typeof value === 'object' && value !== null
      ? settingRows(value, `${prefix}${name}.`)
      : [[prefix + name, value === null ? 'no limit' : String(value)]],
  );
}

function retentionCommand(): Command {
  return new Command('retention')
    .description('how long what is kept, and how much there is')
    .addOption(options.data())
    .action(async ({ data }: Settings) => {
      const { settings, log, sizes, file } = await readLedger(data, async (ledger) => ({
        settings: (await ledger.settings.get('retention')) satisfies RetentionSettings,
        log: await ledger.settings.get('decision'),
        sizes: await ledger.retention.sizes(),
        file: await ledger.retention.bytes(),
      }));
      const rows = [...settingRows(settings), ...settingRows(log, 'decision-log.')];
      print(table(['setting', 'is'], rows));
      print(
        `\n${table(
          ['table', 'rows', 'MB counted', 'removed so far'],
          sizes.map((one) => [one.table, one.rows, one.bytes === 0 ? '–' : megabytes(one.bytes), one.removed]),
        )}`,
      );
      print(`\nthe ledger takes ${megabytes(file.bytes)} MB, of which ${megabytes(file.freeBytes)} MB are free`);
      if (!file.givesBack)
        print('It does not give back free space by itself yet: `pointsman ledger vacuum` once, and it does.');
    });
}

interface ForgetSettings extends Settings {
  encoder: string;
  hash?: string;
  tenant?: string;
  before?: string;
}

function forgetCommand(): Command {
  return new Command('forget')
    .description('forget texts of queries and of errors; what was learned of them stays')
    .option('--hash <sha256>', 'the text with this SHA-256')
    .option('--tenant <label>', 'all that a tenant posted')
    .option('--before <time>', 'all of which nothing was posted since, as 2026-11-25T00:00:00Z')
    .addOption(options.data())
    .addOption(options.encoder())
    .action(async ({ data, encoder: spec, hash, tenant, before }: ForgetSettings) => {
      const asked = parse(ForgetRequest, { query_hash: hash, tenant, before }, 'invalid_request', 'options');
      const what: ToForget =
        asked.tenant !== undefined
          ? { tenant: asked.tenant }
          : asked.before !== undefined
            ? { before: Date.parse(asked.before) }
            : { hash: asked.query_hash! };
      const encoder = await openEncoder(spec);
      ledgerIn(data);
      const forgotten = await withLedger(data, async (ledger) => {
        const done = await createForgetting({ ledger, encoder }).forget(what);
        await auditDone(ledger, 'ledger forget', '/v1/forget', { ...what, ...done });
        return done;
      });
      const { texts, decisions, errors, unlearnable } = forgotten;
      print(`forgotten: ${texts} texts of queries, ${decisions} in the log of decisions, ${errors} of errors`);
      if (unlearnable > 0)
        print(`${unlearnable} of the queries have no vector by ${encoder.id}: they are left out of the next training`);
    });
}

function vacuumCommand(): Command {
  return new Command('vacuum')
    .description('write the ledger anew without free space; a running service routes meanwhile, and feedback waits')
    .addOption(options.data())
    .action(async ({ data }: Settings) => {
      const ledger = await openLedger(ledgerIn(data), { clock: systemClock, busyTimeoutMs: WAIT_MS });
      try {
        const { bytes: before } = await ledger.retention.bytes();
        const began = performance.now();
        await ledger.retention.vacuum();
        const { bytes: after } = await ledger.retention.bytes();
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        print(`${megabytes(before)} MB before, ${megabytes(after)} MB after, in ${seconds} s`);
      } finally {
        await ledger.close();
      }
    });
}

export function ledgerCommand(): Command {
  return group('ledger', 'what the ledger keeps, and forgets', [retentionCommand(), forgetCommand(), vacuumCommand()]);
}
