import { readArtifact } from '../artifact/read.js';
import { PointsmanError, messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Encoder } from '../encoder/types.js';
import type { Ledger } from '../ledger/types.js';
import type { TrainedModel } from './model.js';
import { createPriorIndex } from './prior.js';
import { createTrainedIndex } from './trained.js';
import type { LiveIndex, ScoringIndex } from './types.js';

export interface LiveIndexParts {
  ledger: Ledger;
  artifacts: string;
  encoder: Encoder;
  log: Logger;
}

/**
 * The index in force, rebuilt when the ledger changes and swapped when another version is activated, by this process or
 * any other. An artifact that is damaged is refused, and the one in force goes on serving.
 */
export async function openLiveIndex({ ledger, artifacts, encoder, log }: LiveIndexParts): Promise<LiveIndex & { follow(everyMs: number): () => void }> {
  let loaded: { version: string; model: TrainedModel } | null = null;
  let refused: string | null = null;
  let token = '';
  let index: ScoringIndex = createPriorIndex([], []);
  let running: Promise<void> | null = null;
  let again = false;

  async function load(version: string): Promise<void> {
    const { manifest, model } = await readArtifact(artifacts, version);
    if (manifest.encoder !== encoder.id) throw new PointsmanError('artifact_damaged', `version ${version} was trained with the encoder ${manifest.encoder}, and this process runs ${encoder.id}`);
    loaded = { version, model };
  }

  async function update(): Promise<void> {
    const active = ledger.activeVersion();
    const now = ledger.changeToken();
    const swap = active !== (loaded?.version ?? null) && active !== refused;
    if (now === token && !swap) return;
    if (active === null) loaded = null;
    else if (swap) {
      try {
        await load(active);
        refused = null;
        log.info({ version: active }, 'artifact in force');
      } catch (error) {
        refused = active;
        log.error({ version: active, inForce: loaded?.version ?? null, error: messageOf(error) }, 'artifact refused; the one in force goes on serving');
      }
    }
    const llms = ledger.catalog.listLlms();
    const stats = ledger.readLlmStats();
    index =
      loaded === null
        ? createPriorIndex(llms, stats)
        : await createTrainedIndex({ ...loaded, encoder, llms, stats, textOf: (hash) => ledger.getQueryText(hash) });
    token = now;
  }

  /** One update at a time; a change that comes during one is seen by another right after. */
  function refresh(): Promise<void> {
    if (running !== null) {
      again = true;
      return running;
    }
    running = (async () => {
      try {
        do {
          again = false;
          await update();
        } while (again);
      } finally {
        running = null;
      }
    })();
    return running;
  }

  await refresh();
  return {
    current: () => index,
    refresh,
    follow(everyMs) {
      const timer = setInterval(() => {
        refresh().catch((error: unknown) => log.error({ error: messageOf(error) }, 'index not refreshed; the one in force goes on serving'));
      }, everyMs).unref();
      return () => clearInterval(timer);
    },
  };
}
