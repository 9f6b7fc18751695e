import type { ArtifactFiles } from '../artifact/files/types.js';
import { checkEncoder, readArtifact } from '../serving/read.js';
import { openScorer } from '../serving/routers.js';
import { PointsmanError, messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import type { Encoder } from '../encoder/types.js';
import type { Ledger } from '../store/ports/index.js';
import type { TrainedModel } from '../artifact/model.js';
import { isStatic } from '../schema/profile.js';
import { createPriorScorer } from '../scoring/prior.js';
import type { ScorerHolder, Scorer } from '../scoring/types.js';
import { SUBJECTS, type Subject } from '../store/ports/changes.js';
import type { Live } from './follower.js';

/** The scorer in force, kept up to date. */
export interface LiveScorer extends ScorerHolder, Live {
  /** Why the version in force does not serve, and what to do about it; null where it does. */
  refusal(): string | null;
  /** The scorer of a version, in force or not. Throws `version_not_found`, `artifact_damaged`. */
  open(version: string): Promise<Scorer>;
}

export interface LiveScorerParts {
  ledger: Pick<Ledger, 'artifacts' | 'catalog' | 'feedback' | 'settings'>;
  artifacts: ArtifactFiles;
  encoder: Encoder;
  log: Logger;
}

interface Loaded {
  version: string;
  model: TrainedModel;
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

/**
 * The scorer in force, rebuilt when the ledger changes and swapped when another version is activated, by this process
 * or any other. An artifact that is damaged is refused, and the one in force goes on serving; it is tried again once
 * its files have changed.
 */
export async function openLiveScorer({ ledger, artifacts, encoder, log }: LiveScorerParts): Promise<LiveScorer> {
  const describing = remembering(encoder);
  let loaded: Loaded | null = null;
  let refused: { version: string; stamp: string; why: string } | null = null;
  /** The version in force, whether it serves or not. */
  let inForce: string | null = null;
  let scorer: Scorer = createPriorScorer([], []);

  /** Reads and verifies `version`; null where it is refused, now or before. */
  async function load(version: string): Promise<Loaded | null> {
    const stamp = await artifacts.stamp(version);
    if (refused?.version === version && refused.stamp === stamp) return null;
    try {
      const { manifest, model } = await readArtifact(artifacts, version);
      checkEncoder(manifest, encoder.id);
      return { version, model };
    } catch (error) {
      refused = { version, stamp, why: messageOf(error) };
      log.error(
        { version, inForce: loaded?.version ?? null, error: messageOf(error) },
        'artifact refused; the one in force goes on serving',
      );
      return null;
    }
  }

  /** Scores by a version, or by the prior where there is none, and by the ledger as it is now. */
  async function scorerOf(version: Loaded | null): Promise<Scorer> {
    const [llms, all, metrics] = await Promise.all([
      ledger.catalog.list(),
      ledger.feedback.stats(),
      ledger.settings.get('metrics'),
    ]);
    // What is declared of some LLMs stands, whatever interactions say.
    const fixed = new Set<string>(llms.filter(isStatic).map(({ id }) => id));
    const stats = fixed.size === 0 ? all : all.filter(({ id }) => !fixed.has(id));
    return version === null
      ? createPriorScorer(llms, stats, metrics)
      : openScorer({ ...version, encoder: describing, llms, stats, metrics });
  }

  async function refresh(changed: ReadonlySet<Subject> = new Set(SUBJECTS)): Promise<void> {
    const active =
      changed.has('artifacts') || refused !== null ? await ledger.artifacts.activeVersion() : (loaded?.version ?? null);
    inForce = active;
    const other = active !== (loaded?.version ?? null);
    const found = other && active !== null ? await load(active) : null;
    const swap = other && (active === null || found !== null);
    if (!swap && !changed.has('catalog') && !changed.has('feedback') && !changed.has('settings')) return;
    const next = swap ? found : loaded;
    scorer = await scorerOf(next);
    loaded = next;
    if (swap) refused = null;
    if (swap) log.info({ version: active }, 'artifact in force');
  }

  await refresh();
  return {
    name: 'scorer',
    eager: ['catalog', 'artifacts', 'settings'],
    // Feedback changes expected costs and latencies by little; a refused artifact may be whole again.
    lazy: 'always',
    current: () => scorer,
    refusal() {
      if (refused === null || refused.version !== inForce) return null;
      return (
        `version ${refused.version} in ${artifacts.place} is refused: ${refused.why}; ` +
        'activate another version, put its files back, train again, or run the encoder that it was trained with'
      );
    },
    async open(version) {
      if (version === loaded?.version) return scorer;
      if ((await ledger.artifacts.get(version)) === undefined)
        throw new PointsmanError(
          'version_not_found',
          `There is no version ${JSON.stringify(version)}; GET /v1/weights lists those there are`,
        );
      const { manifest, model } = await readArtifact(artifacts, version);
      checkEncoder(manifest, encoder.id);
      return scorerOf({ version, model });
    },
    refresh,
  };
}
