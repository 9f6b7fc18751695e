import { randomInt } from 'node:crypto';
import { openArtifactFolder } from '../artifact/files/folder.js';
import { createArtifactStore } from '../serving/store.js';
import type { ArtifactStore } from '../artifact/types.js';
import { systemClock } from '../base/clock.js';
import { createLogger, type Logger } from '../base/log.js';
import { dataPaths } from '../base/paths.js';
import { createRng } from '../base/rng.js';
import { createDecider, type Decider } from '../decision/decider.js';
import { openEncoder } from '../encoder/index.js';
import { openLiveHealth, type LiveHealth } from '../live/breakers.js';
import { openLiveTrust, type LiveTrust } from '../live/trust.js';
import { openLiveLoad, type LiveLoad } from '../live/load.js';
import { openLedger } from '../store/open.js';
import type { Ledger } from '../store/types.js';
import { openLivePolicies, type LivePolicies } from '../live/policies.js';
import { openLiveScorer } from '../live/scorer.js';
import type { LiveScorer } from '../scoring/types.js';
import type { TrainerParts } from '../training/trainer.js';

/** A data folder opened for routing and training: what commands are put together from. */
export interface Workspace {
  ledger: Ledger;
  index: LiveScorer;
  health: LiveHealth;
  trust: LiveTrust;
  load: LiveLoad;
  policies: LivePolicies;
  decider: Decider;
  artifacts: ArtifactStore;
  trainer: TrainerParts;
  log: Logger;
  /**
   * Keeps index, health, trust, load and policies up to date with what other processes do, until the returned function
   * is called.
   */
  follow(): () => void;
  close(): void;
}

/** How often the index looks for what other processes did, in milliseconds. */
export const FOLLOW_MS = 250;
/** How often decisions that are kept no longer are removed, in milliseconds. */
const PRUNE_MS = 10_000;
/**
 * How long a write may wait for another process's, in milliseconds: the wait holds up every request. Feedback,
 * decisions and artifacts are tried again.
 */
const BUSY_MS = 25;

export async function openWorkspace(
  settings: { data: string; encoder: string; logLevel: string },
  { serving = false } = {},
): Promise<Workspace> {
  const log = createLogger(settings.logLevel);
  const paths = dataPaths(settings.data);
  const files = openArtifactFolder(paths.artifacts);
  const encoder = await openEncoder(settings.encoder);
  const ledger = openLedger(
    paths.ledger,
    serving ? { clock: systemClock, busyTimeoutMs: BUSY_MS } : { clock: systemClock },
  );
  const index = await openLiveScorer({ ledger, artifacts: files, encoder, log });
  const health = openLiveHealth({ ledger, clock: systemClock, log });
  const trust = openLiveTrust({ ledger, clock: systemClock, log });
  const load = openLiveLoad({ ledger, clock: systemClock, log });
  const policies = openLivePolicies({ ledger, log });
  const decider = createDecider({
    index,
    policies,
    ledger,
    clock: systemClock,
    rng: createRng(randomInt(2 ** 31)),
    log,
    health,
    trust,
    load,
  });
  return {
    ledger,
    index,
    health,
    trust,
    load,
    policies,
    decider,
    artifacts: createArtifactStore({ files, ledger, onActivated: () => index.refresh(), encoder: encoder.id }),
    trainer: { ledger, dataDir: settings.data, encoder: settings.encoder, log, onActivated: () => index.refresh() },
    log,
    follow() {
      const stops = [
        index.follow(FOLLOW_MS),
        health.follow(FOLLOW_MS),
        trust.follow(FOLLOW_MS),
        load.follow(FOLLOW_MS),
        policies.follow(FOLLOW_MS),
        decider.follow(PRUNE_MS),
      ];
      return () => stops.forEach((stop) => stop());
    },
    close() {
      decider.flush();
      ledger.close();
    },
  };
}
