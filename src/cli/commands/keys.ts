import { Command, InvalidArgumentError, Option } from 'commander';
import { DAY_MS } from '../../base/units.js';
import { systemClock } from '../../base/clock.js';
import { createKeyService, type KeyService } from '../../keys/service.js';
import { KeyId } from '../../schema/ids.js';
import { KeyRequest, KeyRotation, SCOPES, type KeyInfo, type KeyLimits, type KeyMade } from '../../schema/key.js';
import { parse } from '../../schema/parse.js';
import { MAX_TEXT_HOURS, TEXT_STORES, type TextStore } from '../../schema/texts.js';
import type { Ledger } from '../../store/ports/index.js';
import { auditDone, audited } from '../actor.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { integer, list, number, options } from '../options.js';
import { print, printJson, table } from '../output.js';

interface Settings {
  data: string;
  json?: true;
}

interface CreateSettings extends Settings {
  scopes: string[];
  tenant?: string;
  models?: string[];
  policies?: string[];
  expires?: Date;
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  usdPerDay?: number;
  usdPerMonth?: number;
  texts?: TextStore;
  textsHours?: number;
  exploration: boolean;
}

const MOST = 1_000_000_000;

const json = (): Option => new Option('--json', 'answer as JSON');
const keysOf = (ledger: Ledger): KeyService => createKeyService({ ledger, clock: systemClock });
const pathOf = (id: string): string => `/v1/keys/${id}`;

/** Reads a number of days from now (`90d`), or a date. */
function expiry(text: string): Date {
  const [, days] = /^(\d{1,5})d$/.exec(text) ?? [];
  const at = days === undefined ? new Date(text) : new Date(Date.now() + Number(days) * DAY_MS);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError(
      `expected days such as 90d or a date such as 2027-01-31, got ${JSON.stringify(text)}`,
    );
  return at;
}

/** A key without its secret, for the audit log. */
function withoutSecret({ key: _key, ...info }: KeyMade): KeyInfo {
  return info;
}

function show(made: KeyMade, asJson: true | undefined): void {
  if (asJson) return printJson(made);
  print(made.key);
  process.stderr.write(`Key ${made.id}, ${made.name}. It is shown this once: keep it where secrets are kept.\n`);
}

const limitOf = (limits: KeyLimits): string =>
  Object.entries(limits)
    .map(([limit, value]) => `${limit} ${value}`)
    .join(', ') || '–';

const textsOf = ({ texts }: KeyInfo): string =>
  texts === null ? 'as set' : `${texts.store}${texts.hours === null ? '' : ` for ${texts.hours} h`}`;

function stateOf({ revoked_at: revoked, expires_at: expires }: KeyInfo): string {
  if (revoked !== null) return `revoked ${revoked}`;
  if (expires === null) return 'in force';
  return Date.parse(expires) <= Date.now() ? `expired ${expires}` : `until ${expires}`;
}

function createCommand(): Command {
  return new Command('create')
    .description('make a key, and print it: this once')
    .argument('<name>', 'whose it is, or what for')
    .addOption(
      new Option('--scopes <list>', `what it may do, with commas: ${SCOPES.join(', ')}`)
        .argParser(list)
        .makeOptionMandatory(),
    )
    .option('--tenant <label>', 'label of what is stored by it')
    .addOption(new Option('--models <list>', 'the only LLMs that it is ever sent to').argParser(list))
    .addOption(new Option('--policies <list>', 'the only policies that it may route by').argParser(list))
    .option('--expires <when>', 'days (90d) or a date', expiry)
    .option('--requests-per-minute <number>', 'in any 60 seconds', integer(1, MOST))
    .option('--tokens-per-minute <number>', 'in any 60 seconds', integer(1, MOST))
    .option('--usd-per-day <number>', 'expected cost of a day, in UTC', number(0, MOST))
    .option('--usd-per-month <number>', 'expected cost of a month, in UTC', number(0, MOST))
    .addOption(
      new Option('--texts <what>', 'what is kept of texts that come by it, whatever the settings say').choices(
        TEXT_STORES,
      ),
    )
    .option('--texts-hours <number>', 'how long whole texts are kept', number(0, MAX_TEXT_HOURS))
    .option('--no-exploration', 'its queries never go to an LLM that is chosen by chance')
    .addOption(json())
    .addOption(options.data())
    .action(async (name: string, settings: CreateSettings) => {
      const { scopes, tenant, models, policies, expires, texts: store, textsHours: hours, exploration } = settings;
      const request = parse(KeyRequest, {
        name,
        scopes,
        tenant,
        models,
        policies,
        expires_at: expires?.toISOString(),
        limits: {
          requests_per_minute: settings.requestsPerMinute,
          tokens_per_minute: settings.tokensPerMinute,
          usd_per_day: settings.usdPerDay,
          usd_per_month: settings.usdPerMonth,
        },
        // Hours alone are of whole texts.
        texts: store === undefined && hours === undefined ? undefined : { store: store ?? 'whole', hours },
        exploration,
      });
      const made = await withLedger(settings.data, async (ledger) => {
        const key = await keysOf(ledger).create(request);
        await auditDone(ledger, 'keys create', pathOf(key.id), withoutSecret(key));
        return key;
      });
      show(made, settings.json);
    });
}

function listCommand(): Command {
  return new Command('list')
    .description('list the keys, without their secrets')
    .addOption(json())
    .addOption(options.data())
    .action(async ({ data, json: asJson }: Settings) => {
      const keys = await readLedger(data, (ledger) => keysOf(ledger).list());
      if (asJson) return printJson({ keys });
      const rows = keys.map((key) => [
        key.id,
        key.name,
        key.scopes.join(','),
        key.tenant ?? '–',
        key.models?.join(',') ?? 'all',
        key.policies?.join(',') ?? 'all',
        limitOf(key.limits),
        textsOf(key),
        stateOf(key),
      ]);
      print(table(['id', 'name', 'scopes', 'tenant', 'LLMs', 'policies', 'limits', 'texts', ''], rows));
    });
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('give a key another secret, and print it; the one before stays good for a while')
    .argument('<id>', 'what stands between `pk_` and the next `_`')
    .option('--overlap-hours <number>', 'how long the secret before stays good', number(0))
    .addOption(json())
    .addOption(options.data())
    .action(async (id: string, settings: Settings & { overlapHours?: number }) => {
      const rotation = parse(KeyRotation, { overlap_hours: settings.overlapHours });
      const made = await withLedger(settings.data, async (ledger) => {
        const keys = keysOf(ledger);
        const key = parse(KeyId, id, 'invalid_request', 'id');
        const change = { action: 'keys rotate', target: pathOf(id), state: () => keys.get(key) };
        return audited(ledger, change, () => keys.rotate(key, rotation));
      });
      show(made, settings.json);
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('end a key at once, and for good')
    .argument('<id>', 'what stands between `pk_` and the next `_`')
    .addOption(options.data())
    .action((id: string, { data }: Settings) =>
      withLedger(data, async (ledger) => {
        const keys = keysOf(ledger);
        const key = parse(KeyId, id, 'invalid_request', 'id');
        const change = { action: 'keys revoke', target: pathOf(id), state: () => keys.get(key) };
        await audited(ledger, change, () => keys.revoke(key));
        print(`${id} revoked`);
      }),
    );
}

/** Keys are made in the data folder: who can write there is an administrator. */
export const keysCommand = (): Command =>
  group('keys', 'keys of callers', [listCommand(), createCommand(), rotateCommand(), revokeCommand()]);
