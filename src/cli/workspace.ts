import { randomInt } from 'node:crypto';
import { openArtifactFolder } from '../artifact/files/folder.js';
import type { ArtifactStore } from '../artifact/types.js';
import { systemClock, systemUptime, type Clock, type Uptime } from '../base/clock.js';
import { createLogger, type Logger } from '../base/log.js';
import { dataPaths } from '../base/paths.js';
import { loadRedaction, type Redact } from '../base/redact.js';
import { createRng } from '../base/rng.js';
import { createHistory, type History } from '../catalog/history.js';
import { followVectorFiles } from '../dataset/vector-files.js';
import { createDecider, type Decider } from '../decision/decider.js';
import { openEncoder } from '../encoder/index.js';
import type { Encoder } from '../encoder/types.js';
import { openLiveScorer } from '../live/scorer.js';
import { openLiveVersions } from '../live/versions.js';
import { watchLedger } from '../live/ledger-watch.js';
import { openLiveState, type LiveState } from '../live/state.js';
import { createArtifactStore } from '../serving/store.js';
import { openLedger, type Ledger } from '../store/open.js';
import type { TrainerParts } from '../training/trainer.js';

/** A data folder opened for routing and training: what commands are put together from. */
export interface Workspace {
  ledger: Ledger;
  live: LiveState;
  decider: Decider;
  artifacts: ArtifactStore;
  history: History;
  /** Reads queries. */
  encoder: Encoder;
  /** What texts go through before they are stored. */
  redact: Redact | undefined;
  trainer: TrainerParts;
  log: Logger;
  /** Keeps what is live up to date with what other processes do, until the returned function is called. */
  follow(): () => void;
  close(): Promise<void>;
}

/** How often changes of other processes are looked for, in milliseconds. */
export const FOLLOW_MS = 250;
/** How often it is looked whether the ledger is still there, in milliseconds. */
const WATCH_MS = 500;
/** How often decisions that are kept no longer are removed, in milliseconds. */
const PRUNE_MS = 10_000;
/** How often files of vectors are looked at, in milliseconds. */
const VECTORS_MS = 600_000;
/**
 * How long a write may wait for another process's, in milliseconds: the wait holds up every request. Feedback,
 * decisions and artifacts are tried again.
 */
const BUSY_MS = 25;

export interface WorkspaceParts {
  /** Whether it serves, so that nothing waits long for other processes. */
  serving?: boolean;
  /** Whether the ledger has to be there. */
  existing?: boolean;
  /** The time of day, and how long the machine is up: the system's, unless something is played of another time. */
  clock?: Clock;
  uptime?: Uptime;
}

export async function openWorkspace(
  settings: { data: string; encoder: string; logLevel: string; redact?: string | undefined },
  { serving = false, existing = false, clock = systemClock, uptime = systemUptime() }: WorkspaceParts = {},
): Promise<Workspace> {
  const log = createLogger(settings.logLevel);
  const paths = dataPaths(settings.data);
  const files = openArtifactFolder(paths.artifacts);
  const redact = settings.redact === undefined ? undefined : await loadRedaction(settings.redact, log);
  const encoder = await openEncoder(settings.encoder);
  const ledger = await openLedger(paths.ledger, {
    clock,
    uptime,
    existing,
    ...(serving ? { busyTimeoutMs: BUSY_MS } : {}),
    onHealed: (healed) => log.warn(healed, 'the ledger held numbers beyond their ranges, which were put right'),
  });
  let live: LiveState;
  try {
    const scorer = await openLiveScorer({ ledger, artifacts: files, encoder, log });
    const versions = openLiveVersions({ ledger, artifacts: files, encoder, log });
    live = await openLiveState({ ledger, scorer, versions, clock, log });
  } catch (error) {
    await ledger.close().catch(() => {});
    throw error;
  }
  const decider = createDecider({ live, ledger, clock, rng: createRng(randomInt(2 ** 31)), log, encoder, redact });
  const onActivated = (): Promise<void> => live.follower.catchUp(['artifacts']);
  return {
    ledger,
    live,
    decider,
    artifacts: createArtifactStore({ files, ledger, onActivated, encoder: encoder.id }),
    history: createHistory(ledger.artifacts, files),
    encoder,
    redact,
    trainer: { ledger, dataDir: settings.data, encoder: settings.encoder, log, onActivated },
    log,
    follow() {
      const stops = [
        live.follower.start(FOLLOW_MS),
        decider.follow(PRUNE_MS),
        watchLedger(ledger, WATCH_MS, log),
        followVectorFiles({ folder: paths.vectors, settings: ledger.settings, clock, log }, VECTORS_MS),
      ];
      return () => stops.forEach((stop) => stop());
    },
    async close() {
      try {
        await live.providers.close();
        await decider.flush();
        await live.keys.close();
      } finally {
        await ledger.close();
      }
    },
  };
}
