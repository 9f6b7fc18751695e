import { Command } from 'commander';
import { z } from 'zod';
import { dataPaths } from '../../base/paths.js';
import { PointsmanError } from '../../base/errors.js';
import { systemClock } from '../../base/clock.js';
import { createForgetting, toForget } from '../../dataset/forget.js';
import { openEncoder } from '../../encoder/index.js';
import { parse } from '../../schema/parse.js';
import { ForgetRequest, type RetentionSettings } from '../../schema/retention.js';
import { openLedger } from '../../store/open.js';
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

const { query_hash: Hash, tenant: Tenant, before: Before } = ForgetRequest.shape;
/** The same as is asked for over HTTP, by the names of the flags. */
const Flags = z.strictObject({ '--hash': Hash, '--tenant': Tenant, '--before': Before });

/** Throws `invalid_request` unless there is exactly one, and as it should be. */
function asked(flags: z.input<typeof Flags>): ForgetRequest {
  const { '--hash': query_hash, '--tenant': tenant, '--before': before } = parse(Flags, flags);
  const given = Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : flag));
  if (given.length === 1) return { query_hash, tenant, before };
  const got = given.length === 0 ? 'none' : given.join(' and ');
  throw new PointsmanError('invalid_request', `expected exactly one of --hash, --tenant and --before, got ${got}`);
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
      const what = toForget(asked({ '--hash': hash, '--tenant': tenant, '--before': before }));
      const encoder = await openEncoder(spec);
      const forgotten = await withLedger(
        data,
        async (ledger) => {
          const done = await createForgetting({ ledger, encoder }).forget(what);
          await auditDone(ledger, 'ledger forget', '/v1/forget', { ...what, ...done });
          return done;
        },
        { existing: true },
      );
      const { texts, decisions, errors, comments, unlearnable } = forgotten;
      print(
        `forgotten: ${texts} texts of queries, ${decisions} in the log of decisions, ${errors} of errors, ` +
          `${comments} comments`,
      );
      if (unlearnable > 0)
        print(`${unlearnable} of the queries have no vector by ${encoder.id}: they are left out of the next training`);
    });
}

function vacuumCommand(): Command {
  return new Command('vacuum')
    .description('write the ledger anew without free space; a running service routes meanwhile, and feedback waits')
    .addOption(options.data())
    .action(async ({ data }: Settings) => {
      const ledger = await openLedger(dataPaths(data).ledger, {
        clock: systemClock,
        existing: true,
        busyTimeoutMs: WAIT_MS,
      });
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
