import type { ArtifactFiles } from '../artifact/files/types.js';
import type { TrainedModel } from '../artifact/model.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Encoder } from '../encoder/types.js';
import { isStatic } from '../schema/profile.js';
import { createPriorScorer } from '../scoring/prior.js';
import type { Scorer } from '../scoring/types.js';
import { checkEncoder, readArtifact } from '../serving/read.js';
import { openScorer } from '../serving/routers.js';
import type { Ledger } from '../store/ports/index.js';

export interface OpeningParts {
  ledger: Pick<Ledger, 'catalog' | 'feedback' | 'settings'>;
  artifacts: ArtifactFiles;
  encoder: Encoder;
  log: Logger;
}

/** A version whose files were read and verified. */
export interface Loaded {
  version: string;
  model: TrainedModel;
}

/** Reads versions, and opens scorers over what the ledger says now. */
export interface Opening {
  /** Throws `artifact_damaged`, also where it was trained with another encoder. */
  read(version: string): Promise<Loaded>;
  /** Null where it is refused, now or before: one that is damaged is tried again once its files have changed. */
  load(version: string): Promise<Loaded | null>;
  /** Why a version was refused, when it was tried last; null where it was not. */
  refusal(version: string): string | null;
  /** The scorer of a version, or, for null, of what is declared and logged alone. */
  open(loaded: Loaded | null): Promise<Scorer>;
}

/** Each change of the ledger encodes descriptions again: a slow encoder is asked only once for each of them. */
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

export function createOpening({ ledger, artifacts, encoder, log }: OpeningParts): Opening {
  const describing = remembering(encoder);
  const refused = new Map<string, { stamp: string; why: string }>();

  async function read(version: string): Promise<Loaded> {
    const { manifest, model } = await readArtifact(artifacts, version);
    checkEncoder(manifest, encoder.id);
    return { version, model };
  }

  return {
    read,
    async load(version) {
      const stamp = await artifacts.stamp(version);
      if (refused.get(version)?.stamp === stamp) return null;
      try {
        const loaded = await read(version);
        refused.delete(version);
        return loaded;
      } catch (error) {
        refused.set(version, { stamp, why: messageOf(error) });
        log.error({ version, error: messageOf(error) }, 'artifact refused; what is in force goes on serving');
        return null;
      }
    },
    refusal(version) {
      const why = refused.get(version)?.why;
      if (why === undefined) return null;
      return (
        `version ${version} in ${artifacts.place} is refused: ${why}; ` +
        'activate another version, put its files back, train again, or run the encoder that it was trained with'
      );
    },
    async open(loaded) {
      const [llms, all, metrics] = await Promise.all([
        ledger.catalog.list(),
        ledger.feedback.stats(),
        ledger.settings.get('metrics'),
      ]);
      // What is declared of some LLMs stands, whatever interactions say.
      const fixed = new Set<string>(llms.filter(isStatic).map(({ id }) => id));
      const stats = fixed.size === 0 ? all : all.filter(({ id }) => !fixed.has(id));
      return loaded === null
        ? createPriorScorer(llms, stats, metrics)
        : openScorer({ ...loaded, encoder: describing, llms, stats, metrics });
    },
  };
}
