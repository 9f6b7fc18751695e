import { createPriorScorer } from '../scoring/prior.js';
import type { Scorer, ScorerHolder } from '../scoring/types.js';
import { versionNotFound } from '../serving/version-not-found.js';
import { SUBJECTS, type Subject } from '../store/ports/changes.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import { createOpening, type Loaded, type OpeningParts } from './opening.js';

/** The scorer in force, kept up to date. */
export interface LiveScorer extends ScorerHolder, Live {
  /** Why the version in force does not serve, and what to do about it; null where it does. */
  refusal(): string | null;
  /** The scorer of a version, in force or not. Throws `version_not_found`, `artifact_damaged`. */
  open(version: string): Promise<Scorer>;
}

export interface LiveScorerParts extends OpeningParts {
  ledger: Pick<Ledger, 'artifacts' | 'catalog' | 'feedback' | 'settings'>;
}

/**
 * The scorer in force, rebuilt when the ledger changes and swapped when another version is activated, by this process
 * or any other. An artifact that is damaged is refused, and the one in force goes on serving; it is tried again once
 * its files have changed.
 */
export async function openLiveScorer(parts: LiveScorerParts): Promise<LiveScorer> {
  const { ledger, log } = parts;
  const opening = createOpening(parts);
  let loaded: Loaded | null = null;
  /** The version in force, whether it serves or not. */
  let inForce: string | null = null;
  let scorer: Scorer = createPriorScorer([], []);

  async function refresh(changed: ReadonlySet<Subject> = new Set(SUBJECTS)): Promise<void> {
    // One that was refused may serve again once its files have changed.
    const mayDiffer = changed.has('artifacts') || inForce !== (loaded?.version ?? null);
    const active = mayDiffer ? await ledger.artifacts.activeVersion() : inForce;
    inForce = active;
    const other = active !== (loaded?.version ?? null);
    const found = other && active !== null ? await opening.load(active) : null;
    const swap = other && (active === null || found !== null);
    if (!swap && !changed.has('catalog') && !changed.has('feedback') && !changed.has('settings')) return;
    const next = swap ? found : loaded;
    scorer = await opening.open(next);
    loaded = next;
    if (swap) log.info({ version: active }, 'artifact in force');
  }

  await refresh();
  return {
    name: 'scorer',
    eager: ['catalog', 'artifacts', 'settings'],
    // Feedback changes expected costs and latencies by little; a refused artifact may be whole again.
    lazy: 'always',
    current: () => scorer,
    async open(version) {
      if (version === loaded?.version) return scorer;
      if ((await ledger.artifacts.get(version)) === undefined) throw versionNotFound(version);
      return opening.open(await opening.read(version));
    },
    refusal: () => (inForce === null || inForce === loaded?.version ? null : opening.refusal(inForce)),
    refresh,
  };
}
