import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Manifest } from '../artifact/manifest.js';
import type { ArtifactRecord } from '../store/ports/artifacts.js';
import type { Ledger } from '../store/ports/index.js';
import type { GnnOptions } from '../learned/train/options.js';
import type { Trainer } from '../queue/types.js';
import type { Activation, TrainProgress, TrainRequest, TrainResult } from '../schema/training.js';
import { startCanary } from './canary.js';
import { trainInChild } from './spawn.js';

export interface TrainerParts {
  ledger: Ledger;
  dataDir: string;
  encoder: string;
  log: Logger;
  /** What computes where a request names no backend; `auto` unless given. */
  backend?: TrainRequest['backend'];
  /** How a version comes into force where a request does not say it; by the gate unless given. */
  activation?: Activation | undefined;
  /** How to train, where not as by default. */
  options?: Partial<GnnOptions> | undefined;
  /** Nice value of the training process; see {@link SpawnOptions}. */
  priority?: number | undefined;
  /** Called when another version is in force. */
  onActivated: () => Promise<void>;
}

/** Pause before a ledger that another process writes to is tried again, and how often it is; 2 minutes in all. */
const BUSY_PAUSE_MS = 250;
const BUSY_TRIES = 480;

/** Does a write as soon as other processes let it: what was trained for minutes is not thrown away for an import. */
async function whenFree<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (!isBusy(error) || tries === BUSY_TRIES) throw error;
      await sleep(BUSY_PAUSE_MS);
    }
  }
}

/**
 * Trains, records the artifact, and puts in force what the gate lets through: it, or a baseline or an earlier version
 * that is better. As `activation` says, that is tried in a canary first, or not done.
 *
 * @param known whether one that was trained before from the same may replace the one in force: not for jobs, where an
 *   operator may have rolled it back
 */
export async function trainAndActivate(
  parts: TrainerParts,
  request: TrainRequest,
  report: (progress: TrainProgress) => void,
  { known = true, signal }: { known?: boolean; signal?: AbortSignal } = {},
): Promise<TrainResult> {
  const { ledger, dataDir, encoder, options, log, priority } = parts;
  const {
    manifest,
    created,
    instead,
    reason: verdict,
    seconds,
    peak_memory_mb,
  } = await trainInChild({ dataDir, encoder, request, options }, report, { priority, signal });
  const { version, status, backend, metrics, comparison } = manifest;
  const serving = instead ?? manifest;
  const inForce = await ledger.artifacts.activeVersion();
  const already = inForce === serving.version;
  const current = inForce === null ? undefined : await ledger.artifacts.get(inForce);
  // The gate names what serves: nothing where what is in force should stay.
  const wanted = manifest.serve !== null || inForce === null;
  // One that was trained before was compared with what was in force then.
  const uncompared = !created && current !== undefined && !already && current.design !== manifest.design;
  const replaces = created || (known && !uncompared) || inForce === null;
  const activation = request.activation ?? (request.activate === false ? 'manual' : (parts.activation ?? 'gate'));
  const isLetIn = wanted && replaces && activation !== 'manual';
  // Where nothing is in force, there is nothing to try it beside.
  const isTried = isLetIn && !already && activation === 'canary' && inForce !== null;
  const active = already || (isLetIn && !isTried);
  const made = [recordOf(manifest, instead === null && active)];
  if (instead !== null) made.push(recordOf(instead, active));
  await whenFree(() => ledger.artifacts.register(made));
  const canary = isTried ? await whenFree(() => startCanary(ledger, serving.version, log)) : null;
  await parts.onActivated();
  const reason = reasonOf();
  log.info({ version, router: serving.router, status, created, seconds, peak_memory_mb, backend, metrics }, 'trained');
  return {
    version,
    created,
    activated: active && !already,
    reason,
    status,
    in_force: (await ledger.artifacts.activeVersion()) as TrainResult['in_force'],
    comparison,
    metrics,
    backend,
    seconds,
    peak_memory_mb,
  };

  function reasonOf(): string {
    if (already) return 'it was in force already: nothing it was made from has changed';
    if (canary !== null) return `${verdict}; it is tried in the canary ${canary} beside version ${inForce}`;
    if (activation === 'manual') return `${verdict}; it was asked not to activate it`;
    if (active || !wanted) return verdict;
    return uncompared
      ? `${verdict}, and was not compared with version ${inForce}, of the design ${current.design}`
      : `${verdict}, and another version was put in force since`;
  }
}

/** What the ledger keeps of a manifest. */
const RECORDED = [
  'version',
  'created_at',
  'snapshot',
  'design',
  'router',
  'status',
  'comparison',
  'seed',
  'backend',
  'metrics',
  'files',
  'ledger_rows',
] as const satisfies readonly (keyof Manifest & keyof ArtifactRecord)[];

/** What the ledger keeps of an artifact. */
export function recordOf(manifest: Manifest, active: boolean): ArtifactRecord {
  const recorded = Object.fromEntries(RECORDED.map((key) => [key, manifest[key]]));
  return { ...(recorded as Pick<Manifest, (typeof RECORDED)[number]>), active };
}

/** The worker's part: skips a scheduled run while too little is new. */
export function createTrainer(parts: TrainerParts): Trainer {
  return async (request, context) => {
    const { ledger, log } = parts;
    if (context.trigger === 'schedule') {
      const last = (await ledger.artifacts.list())[0]?.ledger_rows ?? 0;
      const { interactions, preferences } = await ledger.feedback.counts();
      const fresh = interactions + preferences - last;
      if (fresh < context.minNewInteractions) {
        log.info({ fresh, wanted: context.minNewInteractions }, 'scheduled training skipped: too little is new');
        return null;
      }
    }
    return trainAndActivate(parts, { backend: parts.backend, ...request }, context.report, {
      known: false,
      signal: context.signal,
    });
  };
}
