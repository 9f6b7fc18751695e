import type { Scorer } from '../scoring/types.js';
import { SUBJECTS } from '../store/ports/changes.js';
import type { Live } from './follower.js';
import { createOpening, type Loaded, type OpeningParts } from './opening.js';

/** Scorers of versions that are not in force, for experiments that try them. */
export interface LiveVersions {
  /** Null where the version is not loaded, or refused. */
  scorerOf(version: string): Scorer | null;
  /** Why a version that is wanted does not serve; null where it does, or nobody wants it. */
  refusal(version: string): string | null;
  /** Loads these, and lets all others go. Resolves when all are loaded or refused. */
  want(versions: ReadonlySet<string>): Promise<void>;
}

/** Where no version is tried. */
export const NO_VERSIONS: LiveVersions = {
  scorerOf: () => null,
  refusal: (version) => `version ${version} can not be tried here`,
  want: async () => undefined,
};

/** Each version as it is kept; the ones that are wanted and refused are tried again. */
export function openLiveVersions(parts: OpeningParts): LiveVersions & Live {
  const opening = createOpening(parts);
  let wanted: ReadonlySet<string> = new Set();
  let loaded = new Map<string, Loaded>();
  let scorers = new Map<string, Scorer>();
  let last: Promise<void> = Promise.resolve();

  async function refresh(changed: ReadonlySet<string> = new Set(SUBJECTS)): Promise<void> {
    const found = new Map<string, Loaded>();
    for (const version of wanted) {
      const one = loaded.get(version) ?? (await opening.load(version));
      if (one !== null) found.set(version, one);
    }
    const isStale = changed.has('catalog') || changed.has('feedback') || changed.has('settings');
    const opened = new Map<string, Scorer>();
    for (const [version, one] of found) {
      const known = isStale ? undefined : scorers.get(version);
      opened.set(version, known ?? (await opening.open(one)));
    }
    loaded = found;
    scorers = opened;
  }

  /** One refresh at a time: the last one decides. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };

  return {
    name: 'versions',
    eager: ['catalog', 'settings'],
    lazy: 'always',
    scorerOf: (version) => scorers.get(version) ?? null,
    refusal: (version) => (wanted.has(version) && !scorers.has(version) ? opening.refusal(version) : null),
    want: (versions) =>
      inTurn(() => {
        wanted = versions;
        return refresh(new Set());
      }),
    refresh: (changed) => (wanted.size === 0 ? Promise.resolve() : inTurn(() => refresh(changed))),
  };
}
