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
import { callJson, serviceApi } from '../client.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { integer, list, number } from '../options.js';
import { answer, complain, print, printJson, table } from '../output.js';
import { paint } from '../paint.js';
import { onTarget, type Target } from '../target.js';

interface CreateSettings {
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

const MADE = { json: 'the key, with the whole of it in "key", this once' };
const pathOf = (id: string): string => `/v1/keys/${encodeURIComponent(id)}`;

/** The keys of a folder: who can write there is an administrator. */
function inFolder(data: string): KeyService {
  const keysOf = (ledger: Ledger): KeyService => createKeyService({ ledger, clock: systemClock });
  const changed = <T>(action: string, id: KeyId, change: (keys: KeyService) => Promise<T>): Promise<T> =>
    withLedger(data, (ledger) => {
      const keys = keysOf(ledger);
      return audited(ledger, { action, target: pathOf(id), state: () => keys.get(id) }, () => change(keys));
    });
  return {
    create: (request) =>
      withLedger(data, async (ledger) => {
        const key = await keysOf(ledger).create(request);
        await auditDone(ledger, 'keys create', pathOf(key.id), withoutSecret(key));
        return key;
      }),
    list: () => readLedger(data, (ledger) => keysOf(ledger).list()),
    get: (id) => readLedger(data, (ledger) => keysOf(ledger).get(id)),
    rotate: (id, rotation) => changed('keys rotate', id, (keys) => keys.rotate(id, rotation)),
    revoke: (id) => changed('keys revoke', id, (keys) => keys.revoke(id)),
  };
}

function ofService(url: string): KeyService {
  const api = serviceApi(url);
  return {
    create: (request) => callJson(api, 'POST', '/v1/keys', request),
    list: async () => (await callJson<{ keys: KeyInfo[] }>(api, 'GET', '/v1/keys')).keys,
    get: (id) => callJson(api, 'GET', pathOf(id)),
    rotate: (id, rotation) => callJson(api, 'POST', `${pathOf(id)}/rotate`, rotation),
    async revoke(id) {
      await api.call('DELETE', pathOf(id));
      return callJson(api, 'GET', pathOf(id));
    },
  };
}

const keysAt = (target: Target): KeyService =>
  target.kind === 'folder' ? inFolder(target.data) : ofService(target.url);
const idOf = (id: string): KeyId => parse(KeyId, id, 'invalid_request', 'id');

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
  complain(`Key ${made.id}, ${made.name}. It is shown this once: keep it where secrets are kept.`);
}

const limitOf = (limits: KeyLimits): string =>
  Object.entries(limits)
    .map(([limit, value]) => `${limit} ${value}`)
    .join(', ') || '–';

const textsOf = ({ texts }: KeyInfo): string =>
  texts === null ? 'as set' : `${texts.store}${texts.hours === null ? '' : ` for ${texts.hours} h`}`;

function stateOf({ revoked_at: revoked, expires_at: expires }: KeyInfo): string {
  if (revoked !== null) return paint('red', `revoked ${revoked}`);
  if (expires === null) return paint('green', 'in force');
  return Date.parse(expires) <= Date.now() ? paint('red', `expired ${expires}`) : `until ${expires}`;
}

/** The key that flags ask for. */
function requestOf(name: string, settings: CreateSettings): KeyRequest {
  const { scopes, tenant, models, policies, expires, texts: store, textsHours: hours, exploration } = settings;
  return parse(KeyRequest, {
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
}

function createCommand(): Command {
  return onTarget<CreateSettings>(
    new Command('create')
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
      .option('--no-exploration', 'its queries never go to an LLM that is chosen by chance'),
    MADE,
    async (target, { json, ...settings }, name) => show(await keysAt(target).create(requestOf(name, settings)), json),
  );
}

function listCommand(): Command {
  return onTarget(
    new Command('list').description('list the keys, without their secrets'),
    { json: '{"keys": [the key without its secret]}' },
    async (target, { json }) => {
      const keys = await keysAt(target).list();
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
      answer(json, { keys }, () =>
        print(table(['id', 'name', 'scopes', 'tenant', 'LLMs', 'policies', 'limits', 'texts', ''], rows)),
      );
    },
  );
}

const ID = ['<id>', 'what stands between `pk_` and the next `_`'] as const;

function rotateCommand(): Command {
  return onTarget<{ overlapHours?: number }>(
    new Command('rotate')
      .description('give a key another secret, and print it; the one before stays good for a while')
      .argument(...ID)
      .option('--overlap-hours <number>', 'how long the secret before stays good', number(0)),
    MADE,
    async (target, { json, overlapHours }, id) => {
      const rotation = parse(KeyRotation, { overlap_hours: overlapHours });
      show(await keysAt(target).rotate(idOf(id), rotation), json);
    },
  );
}

function revokeCommand(): Command {
  return onTarget(
    new Command('revoke').description('end a key at once, and for good').argument(...ID),
    { json: '{"revoked": ID}' },
    async (target, { json }, id) => {
      await keysAt(target).revoke(idOf(id));
      answer(json, { revoked: id }, () => print(`${id} revoked`));
    },
  );
}

/** Keys are usually made in the data folder: the first one can be made nowhere else. */
export const keysCommand = (): Command =>
  group('keys', 'keys of callers', [listCommand(), createCommand(), rotateCommand(), revokeCommand()]);
