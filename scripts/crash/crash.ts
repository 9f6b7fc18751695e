import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/base/errors.js';
import type { Rng } from '../../src/base/rng.js';
import { childrenOf, isRunning, runProgram, startService, type ServiceProcess } from '../service/process.js';
import { smallLog } from '../service/small-log.js';
import { call } from './api.js';
import type { Found, Phase, World } from './phase.js';
import { rowsOf } from './rows.js';
import { servedFaults } from './served.js';
import { createTally, type Tally } from './tally.js';

export interface CrashOptions {
  /** For data folders and files. */
  folder: string;
  phases: readonly Phase[];
  kills: number;
  rng: Rng;
  /** URL of a queue; the embedded one where none is given, which takes seconds to start. */
  queue: string | undefined;
  report(line: string): void;
}

const QUERIES = 60;
const ENCODER = ['--encoder', 'hashing'];
const QUIET = ['--log-level', 'error', '--training-priority', '19'];
/** Kills of one data folder: training takes longer the more is in it. */
const KILLS_A_FOLDER = 100;
/** Time for the training process of a killed service to end, in milliseconds. */
const ORPHAN_MS = 10_000;
/** Kills between two looks at the whole file of the ledger. */
const INTEGRITY_EVERY = 20;

/** A data folder with a small log and two versions; answers them. */
async function prepare(data: string, file: string, rng: Rng): Promise<string[]> {
  writeFileSync(file, smallLog(QUERIES, 'base', rng));
  await runProgram(['import', file, '--data', data]);
  for (const seed of ['1', '2'])
    await runProgram(['train', '--data', data, ...ENCODER, '--design', 'flat', '--backend', 'wasm', '--seed', seed]);
  const service = await startService(['--data', data, ...ENCODER, '--log-level', 'silent']);
  const { weights } = await call<{ weights: { version: string }[] }>(service.url, 'GET', '/v1/weights');
  await call(service.url, 'POST', `/v1/weights/${weights[0]!.version}/activate`);
  service.child.kill('SIGTERM');
  await service.ended;
  return weights.map(({ version }) => version);
}

function choose(phases: readonly Phase[], rng: Rng): Phase {
  let at = rng.next() * phases.reduce((sum, { share }) => sum + share, 0);
  return phases.find(({ share }) => (at -= share) < 0) ?? phases.at(-1)!;
}

/** Training processes that go on though their service was killed some seconds ago. */
async function orphansOf(children: readonly number[]): Promise<number[]> {
  const until = Date.now() + ORPHAN_MS;
  while (Date.now() < until && children.some(isRunning)) await sleep(50);
  return children.filter(isRunning);
}

/** Kills again and again, and looks at what is left. */
export async function crash({ folder, phases, kills, rng, queue, report }: CrashOptions): Promise<Tally> {
  const [base, data] = [join(folder, 'base'), join(folder, 'data')];
  const versions = await prepare(base, join(folder, 'base.jsonl'), rng);
  const tally = createTally();
  const rows = rowsOf(data);
  let service: ServiceProcess | undefined;

  const start = async (): Promise<ServiceProcess> =>
    startService(['--data', data, ...ENCODER, ...QUIET, ...(queue === undefined ? [] : ['--queue', queue])]);

  async function renew(): Promise<void> {
    await service?.kill();
    rmSync(data, { recursive: true, force: true });
    cpSync(base, data, { recursive: true });
    service = await start();
  }

  /** One kill; answers what was found. */
  async function killOnce(phase: Phase, round: number): Promise<{ found: Found; broken: number }> {
    const world: World = { data, url: () => service!.url, rows, folder, versions, rng, round };
    const { within, program, killsService, end, settle } = await phase.begin(world);
    await sleep(within[0] + rng.next() * (within[1] - within[0]));
    const children = killsService ? childrenOf(service!) : [];
    const killedAt = performance.now();
    await Promise.all([...(killsService ? [service!.kill()] : []), ...(program === undefined ? [] : [program.kill()])]);
    await end(killedAt);
    if (killsService) service = await start();
    const found = await settle();
    const { faults, broken } = await servedFaults(service!.url, data);
    const orphans = await orphansOf(children);
    found.faults.push(...faults, ...orphans.map((pid) => `the training process ${pid} goes on`));
    const integrity = round % INTEGRITY_EVERY === 0 ? rows.integrity() : 'ok';
    if (integrity !== 'ok') found.faults.push(`integrity_check: ${integrity}`);
    return { found, broken };
  }

  for (let round = 1; round <= kills; round++) {
    if ((round - 1) % KILLS_A_FOLDER === 0) await renew();
    const phase = choose(phases, rng);
    let result: Awaited<ReturnType<typeof killOnce>>;
    try {
      result = await killOnce(phase, round);
    } catch (error) {
      const faults = [messageOf(error)];
      result = { found: { acknowledged: 0, lost: 0, doubled: 0, faults }, broken: 0 };
    }
    const { found, broken } = result;
    tally.count(phase.name, found, broken);
    const { acknowledged, lost, doubled, faults } = found;
    if (lost + doubled + broken + faults.length > 0)
      report(`kill ${round}, ${phase.name}: ${lost} lost, ${doubled} doubled, ${broken} broken; ${faults.join('; ')}`);
    else if (round % INTEGRITY_EVERY === 0) report(`kill ${round}, ${phase.name}: ${acknowledged} rows, all there`);
    // After a fault, the next kill is to find a service.
    if (faults.length > 0) await renew();
  }
  await service?.kill();
  return tally;
}
