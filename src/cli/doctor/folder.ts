import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { openArtifactFolder } from '../../artifact/files/folder.js';
import { systemClock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { isLoopback } from '../../base/loopback.js';
import { dataPaths } from '../../base/paths.js';
import { DAY_MS } from '../../base/units.js';
import { openEncoder } from '../../encoder/index.js';
import { createKeyService } from '../../keys/service.js';
import { createSecrets } from '../../providers/secrets.js';
import type { KeyInfo } from '../../schema/key.js';
import { checkEncoder, readArtifact } from '../../serving/read.js';
import { examineLedger, type Ledger } from '../../store/open.js';
import { readLedger } from '../ledger.js';
import { fault, looked, ok, warning, type Finding } from './finding.js';

const MB = 1e6;
/** Below so much free room training and imports may fail, and below that everything that writes does. */
const LITTLE_ROOM = 1_000 * MB;
const NO_ROOM = 50 * MB;
/** A log that is not written into the ledger's file grows to this where something holds it up. */
const LONG_WAL = 256 * MB;

export interface FolderLook {
  data: string;
  encoder: string;
  queue: string | undefined;
}

const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`;

function disk(data: string): Finding[] {
  try {
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    return [fault('data folder', messageOf(error), 'give this user the right to read and write it')];
  }
  const { bavail, bsize } = statfsSync(data);
  const free = bavail * bsize;
  const found = `${megabytes(free)} free`;
  const room =
    free < NO_ROOM
      ? fault('disk', found, 'make room: nothing can be written soon')
      : free < LITTLE_ROOM
        ? warning('disk', found, 'make room: training and imports may fail')
        : ok('disk', found);
  return [ok('data folder', data), room];
}

function ledger(data: string): Finding[] {
  const { schema, newest, isPending, damage, bytes, walBytes, rows } = examineLedger(dataPaths(data).ledger);
  const counts = Object.entries(rows).map(([table, count]) => `${table} ${count}`);
  const findings: Finding[] = [
    damage.length === 0
      ? ok('ledger', `SQLite’s quick check finds no fault; ${megabytes(bytes)}; rows: ${counts.join(', ')}`)
      : fault('ledger', `damaged: ${damage.join('; ')}`, 'stop the service and restore a backup'),
    isPending
      ? warning(
          'schema',
          `schema ${schema}, and migrations to ${newest} wait`,
          'they are made when a service or a command opens the ledger for writing; back it up before',
        )
      : ok('schema', `schema ${schema}, the newest`),
  ];
  if (walBytes > LONG_WAL)
    findings.push(
      warning('write-ahead log', megabytes(walBytes), 'a process that reads for long holds it up: restart it'),
    );
  else findings.push(ok('write-ahead log', megabytes(walBytes)));
  return findings;
}

async function llms({ catalog }: Ledger): Promise<Finding> {
  const found = await catalog.list();
  if (found.length === 0)
    return warning('LLMs', 'none may be chosen', '`pointsman models put`, `models apply` or `import` brings some');
  const callable = found.filter(({ deployments = [] }) => deployments.length > 0).length;
  return ok('LLMs', `${found.length} may be chosen, ${callable} of them have deployments`);
}

async function versions({ artifacts }: Ledger, { data, encoder: spec }: FolderLook): Promise<Finding> {
  const all = await artifacts.list();
  const inForce = all.find(({ active }) => active);
  if (inForce === undefined)
    return warning(
      'version in force',
      all.length === 0 ? 'nothing is trained: declared facts and mean scores decide' : 'none is in force',
      all.length === 0 ? '`pointsman train` trains, once there is a log' : '`pointsman weights activate VERSION`',
    );
  const { version, router, created_at: at } = inForce;
  const days = Math.floor((systemClock() - Date.parse(at)) / DAY_MS);
  const what = `${version} (${router}), ${days} days old, one of ${all.length}`;
  try {
    const { manifest } = await readArtifact(openArtifactFolder(dataPaths(data).artifacts), version);
    checkEncoder(manifest, (await openEncoder(spec)).id);
    return ok('version in force', what);
  } catch (error) {
    return fault(
      'version in force',
      `${what}: ${messageOf(error)}`,
      'put another in force (`pointsman weights activate`), or train again; another scorer serves meanwhile',
    );
  }
}

const isGood = ({ revoked_at: revoked, expires_at: expires }: KeyInfo): boolean =>
  revoked === null && (expires === null || Date.parse(expires) > systemClock());

/** Who may call a service of this folder that is started with these variables. */
export async function door(keys: readonly KeyInfo[], env: NodeJS.ProcessEnv): Promise<Finding> {
  const { POINTSMAN_HOST: host = '127.0.0.1', POINTSMAN_OPEN: open = '' } = env;
  const isOpen = open === 'true' || open === '1';
  const first = '`pointsman keys create NAME --scopes admin` makes a key';
  if (!isLoopback(host) && isOpen)
    return fault('door', `open to everybody who reaches ${host}`, `${first}; unset POINTSMAN_OPEN`);
  if (keys.length === 0)
    return isLoopback(host)
      ? ok('door', `no key is asked for, on ${host} alone`)
      : fault('door', `no key yet, so a service does not start on ${host}`, first);
  const good = keys.filter(isGood);
  const admins = good.filter(({ scopes }) => scopes.includes('admin')).length;
  const found = `keys: ${good.length} in force, ${admins} of them with the scope admin`;
  return admins === 0 ? warning('door', `${found}: nobody can administer over HTTP`, first) : ok('door', found);
}

async function providers({ providers: kept }: Ledger): Promise<Finding[]> {
  const secrets = createSecrets({ env: process.env, clock: systemClock });
  return (await kept.list()).map((provider) => {
    const check = `provider ${provider.name}`;
    const state = secrets.stateOf(provider);
    const where = provider.key_env ?? provider.key_file;
    if (state.key !== 'missing') return ok(check, where === undefined ? 'asks for no key' : `its key is in ${where}`);
    return warning(check, `here, ${state.why}`, 'set it where the service runs; `pointsman providers check` tries it');
  });
}

async function queue({ data, queue: url }: FolderLook): Promise<Finding> {
  if (url !== undefined) {
    const { probeQueue } = await import('../../queue/index.js');
    const { store, place } = await probeQueue(url);
    return ok('queue', `${store} at ${place} answers`);
  }
  const isThere = existsSync(join(dataPaths(data).queue, 'postgres'));
  return ok('queue', isThere ? 'embedded, in the data folder' : 'embedded, made by the first start');
}

/** What the parts of an up-to-date ledger say. */
const inLedger = (look: FolderLook): Promise<Finding[]> =>
  readLedger(look.data, async (opened) => [
    await llms(opened),
    await versions(opened, look),
    await door(await createKeyService({ ledger: opened, clock: systemClock }).list(), process.env),
    ...(await providers(opened)),
  ]);

const askedQueue = (look: FolderLook): Promise<Finding[]> =>
  looked('queue', 'start it, or correct POINTSMAN_QUEUE', () => queue(look));

/** What a data folder is like; nothing is written to it. */
export async function lookAtFolder(look: FolderLook): Promise<Finding[]> {
  const { data } = look;
  if (!existsSync(dataPaths(data).ledger))
    return [
      warning('data folder', `${data} has no ledger yet`, '`pointsman import` or `start` makes one; else --data'),
      ...(await askedQueue(look)),
    ];
  const remedy = 'see docs/operations.md, “When the disk is full, or the ledger is gone”';
  const found = await looked('ledger', remedy, () => ledger(data));
  const isReadable = found.every(({ check, state }) => state === 'ok' || check === 'write-ahead log');
  return [
    ...disk(data),
    ...found,
    ...(isReadable ? await looked('ledger', remedy, () => inLedger(look)) : []),
    ...(await askedQueue(look)),
  ];
}
