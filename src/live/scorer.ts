import type { ArtifactFiles } from '../artifact/files/types.js';
import { checkEncoder, readArtifact } from '../serving/read.js';
import { openScorer } from '../serving/routers.js';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import type { Encoder } from '../encoder/types.js';
import type { Ledger } from '../store/types.js';
import type { TrainedModel } from '../artifact/model.js';
import { createPriorScorer } from '../scoring/prior.js';
import type { LiveScorer, Scorer } from '../scoring/types.js';

export interface LiveScorerParts {
  ledger: Ledger;
  artifacts: ArtifactFiles;
  encoder: Encoder;
  log: Logger;
}

interface Loaded {
  version: string;
  model: TrainedModel;
}

/** Descriptions are encoded again with each change of the ledger: a slow encoder is asked for each only once. */
function remembering(encoder: Encoder): Encoder {
  if (encoder.encodeSync) return encoder;
  const known = new Map<string, Float32Array>();
  return {
    ...encoder,
    async encode(texts) {
      // One text is a query; those are many, and seldom come again.
      if (texts.length === 1 && !known.has(texts[0]!)) return encoder.encode(texts);
      const missing = texts.filter((text) => !known.has(text));
      if (missing.length > 0) (await encoder.encode(missing)).forEach((vector, i) => known.set(missing[i]!, vector));
      return texts.map((text) => known.get(text)!);
    },
  };
}

/**
 * The scorer in force, rebuilt when the ledger changes and swapped when another version is activated, by this process
 * or any other. An artifact that is damaged is refused, and the one in force goes on serving; it is tried again once
 * its files are others.
 */
export async function openLiveScorer({
  ledger,
  artifacts,
  encoder,
  log,
}: LiveScorerParts): Promise<LiveScorer & { follow(everyMs: number): () => void }> {
  const describing = remembering(encoder);
  let loaded: Loaded | null = null;
  let refused: { version: string; stamp: string } | null = null;
  let token = '';
  let index: Scorer = createPriorScorer([], []);
  let running: Promise<void> | null = null;
  let again = false;

  /** What `version` holds; null where it is refused, now or before. */
  async function load(version: string): Promise<Loaded | null> {
    if (refused?.version === version && refused.stamp === (await artifacts.stamp(version))) return null;
    try {
      const { manifest, model } = await readArtifact(artifacts, version);
      checkEncoder(manifest, encoder.id);
      refused = null;
      return { version, model };
    } catch (error) {
      refused = { version, stamp: await artifacts.stamp(version) };
      log.error(
        { version, inForce: loaded?.version ?? null, error: messageOf(error) },
        'artifact refused; the one in force goes on serving',
      );
      return null;
    }
  }

  async function update(): Promise<void> {
    const active = ledger.activeVersion();
    const now = ledger.changeToken();
    const other = active !== (loaded?.version ?? null);
    const found = other && active !== null ? await load(active) : null;
    const swap = other && (active === null || found !== null);
    if (now === token && !swap) return;
    const next = swap ? found : loaded;
    const llms = ledger.catalog.listLlms();
    const stats = ledger.readLlmStats();
    index =
      next === null
        ? createPriorScorer(llms, stats)
        : await openScorer({ ...next, encoder: describing, llms, stats, textOf: (hash) => ledger.getQueryText(hash) });
    loaded = next;
    token = now;
    if (swap) log.info({ version: active }, 'artifact in force');
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
    follow: (everyMs) =>
      every(everyMs, refresh, (error) =>
        log.error({ error: messageOf(error) }, 'index not refreshed; the one in force goes on serving'),
      ),
  };
}
