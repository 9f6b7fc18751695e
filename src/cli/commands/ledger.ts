import { Command } from 'commander';
import { z } from 'zod';
import { dataPaths } from '../../base/paths.js';
import { PointsmanError } from '../../base/errors.js';
import { systemClock } from '../../base/clock.js';
import { createForgetting, toForget } from '../../dataset/forget.js';
import { openEncoder } from '../../encoder/index.js';
import type { DecisionSettings } from '../../schema/decision.js';
import { parse } from '../../schema/parse.js';
import { ForgetRequest, type Forgotten, type RetentionSettings } from '../../schema/retention.js';
import { openLedger } from '../../store/open.js';
import type { TableSize } from '../../store/ports/retention.js';
import { auditDone } from '../actor.js';
import { callJson, serviceApi } from '../client.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { options } from '../options.js';
import { answer, print, table } from '../output.js';
import { onTarget, type Target } from '../target.js';

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

/** What is kept, and for how long; a service does not say how much there is. */
interface Kept {
  retention: RetentionSettings;
  decision_log: DecisionSettings;
  tables: TableSize[] | null;
  file: { bytes: number; freeBytes: number; givesBack: boolean } | null;
}

async function keptAt(target: Target): Promise<Kept> {
  if (target.kind === 'folder')
    return readLedger(target.data, async ({ settings, retention }) => ({
      retention: await settings.get('retention'),
      decision_log: await settings.get('decision'),
      tables: await retention.sizes(),
      file: await retention.bytes(),
    }));
  const api = serviceApi(target.url);
  return {
    retention: await callJson(api, 'GET', '/v1/retention'),
    decision_log: await callJson(api, 'GET', '/v1/decision-log'),
    tables: null,
    file: null,
  };
}

function showKept({ retention, decision_log: log, tables, file }: Kept): void {
  print(table(['setting', 'is'], [...settingRows(retention), ...settingRows(log, 'decision-log.')]));
  if (tables === null || file === null) return print('\nhow much there is, --data DIR tells');
  print(
    `\n${table(
      ['table', 'rows', 'MB counted', 'removed so far'],
      tables.map((one) => [one.table, one.rows, one.bytes === 0 ? '–' : megabytes(one.bytes), one.removed]),
    )}`,
  );
  print(`\nthe ledger takes ${megabytes(file.bytes)} MB, of which ${megabytes(file.freeBytes)} MB are free`);
  if (!file.givesBack)
    print('It does not give back free space by itself yet: `pointsman ledger vacuum` once, and it does.');
}

function retentionCommand(): Command {
  return onTarget(
    new Command('retention').description('how long what is kept, and how much there is'),
    { json: '{"retention", "decision_log", "tables", "file"}; the last two null by a service' },
    async (target, { json }) => {
      const kept = await keptAt(target);
      answer(json, kept, () => showKept(kept));
    },
  );
}

interface ForgetSettings {
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

/** Forgets in a folder; its queries keep vectors by this encoder. */
async function forgetIn(data: string, wanted: ForgetRequest, spec: string): Promise<Forgotten> {
  const what = toForget(wanted);
  const encoder = await openEncoder(spec);
  return withLedger(
    data,
    async (ledger) => {
      const done = await createForgetting({ ledger, encoder }).forget(what);
      await auditDone(ledger, 'ledger forget', '/v1/forget', { ...what, ...done });
      return done;
    },
    { existing: true },
  );
}

function forgetCommand(): Command {
  return onTarget<ForgetSettings>(
    new Command('forget')
      .description('forget texts of queries and of errors; what was learned of them stays')
      .option('--hash <sha256>', 'the text with this SHA-256')
      .option('--tenant <label>', 'all that a tenant posted')
      .option('--before <time>', 'all of which nothing was posted since, as 2026-11-25T00:00:00Z')
      .addOption(options.encoder()),
    { json: '{"texts", "decisions", "errors", "comments", "unlearnable"}' },
    async (target, { json, encoder, hash, tenant, before }) => {
      const wanted = asked({ '--hash': hash, '--tenant': tenant, '--before': before });
      const forgotten =
        target.kind === 'folder'
          ? await forgetIn(target.data, wanted, encoder)
          : await callJson<Forgotten>(serviceApi(target.url), 'POST', '/v1/forget', wanted);
      answer(json, forgotten, () => {
        const { texts, decisions, errors, comments, unlearnable } = forgotten;
        print(
          `forgotten: ${texts} texts of queries, ${decisions} in the log of decisions, ${errors} of errors, ` +
            `${comments} comments`,
        );
        if (unlearnable > 0)
          print(`${unlearnable} of the queries have no vector by the encoder: the next training leaves them out`);
      });
    },
  );
}

function vacuumCommand(): Command {
  return new Command('vacuum')
    .description('write the ledger anew without free space; a running service routes meanwhile, and feedback waits')
    .addOption(options.json('{"before_bytes", "after_bytes", "seconds"}'))
    .addOption(options.data())
    .action(async ({ data, json }: { data: string; json?: true }) => {
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
        const seconds = Math.round((performance.now() - began) / 100) / 10;
        answer(json, { before_bytes: before, after_bytes: after, seconds }, () =>
          print(`${megabytes(before)} MB before, ${megabytes(after)} MB after, in ${seconds.toFixed(1)} s`),
        );
      } finally {
        await ledger.close();
      }
    });
}

export function ledgerCommand(): Command {
  return group('ledger', 'what the ledger keeps, and forgets', [retentionCommand(), forgetCommand(), vacuumCommand()]);
}
