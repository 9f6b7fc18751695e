import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import { changedSince, type ChangeStore, type Revisions, type Subject } from '../store/ports/changes.js';

/** A part of what the ledger holds, kept in memory. */
export interface Live {
  readonly name: string;
  /** Subjects that it is refreshed for as soon as this process changed them. */
  readonly eager: readonly Subject[];
  /** Further subjects, for which the next tick refreshes it; `always` where every tick does. */
  readonly lazy: readonly Subject[] | 'always';
  /** Reads what the ledger says now. `changed` are the subjects that moved since the last refresh; all unless given. */
  refresh(changed?: ReadonlySet<Subject>): Promise<void>;
}

/** Keeps live parts up to date. */
export interface Follower {
  /** Resolves when every part has read what was committed before the call; lazy subjects wait for the next tick. */
  catchUp(): Promise<void>;
  /** Looks for what other processes did, every so often, until the returned function is called. */
  start(everyMs: number): () => void;
}

/**
 * One timer, and one read of revisions a look, for all parts. A part whose refresh fails keeps what it knew, and is
 * refreshed again with the next look.
 */
export function createFollower(changes: ChangeStore, parts: readonly Live[], log: Logger): Follower {
  const seen = new Map<Live, Revisions>();
  let running: Promise<void> | null = null;
  let next: { ticking: boolean; done: Promise<void> } | null = null;

  async function refreshOne(part: Live, revisions: Revisions, ticking: boolean): Promise<void> {
    const before = seen.get(part) ?? null;
    if (before === revisions && !ticking) return;
    const changed = new Set(changedSince(before, revisions));
    const due = (subjects: readonly Subject[]): boolean => subjects.some((subject) => changed.has(subject));
    const wanted = due(part.eager) || (ticking && (part.lazy === 'always' || due(part.lazy)));
    if (!wanted) return;
    try {
      await part.refresh(changed);
      seen.set(part, revisions);
    } catch (error) {
      log.error({ part: part.name, error: messageOf(error) }, 'not refreshed; what was known goes on counting');
    }
  }

  async function look(ticking: boolean): Promise<void> {
    const revisions = await changes.revisions();
    await Promise.all(parts.map((part) => refreshOne(part, revisions, ticking)));
  }

  /** One look at a time; those that are asked for meanwhile are one look right after. */
  function follow(ticking: boolean): Promise<void> {
    if (running === null) {
      running = look(ticking).finally(() => (running = null));
      return running;
    }
    if (next === null) {
      const mine = { ticking, done: Promise.resolve() };
      const after = (): Promise<void> => {
        next = null;
        return follow(mine.ticking);
      };
      mine.done = running.then(after, after);
      next = mine;
    }
    next.ticking ||= ticking;
    return next.done;
  }

  return {
    catchUp: () => follow(false),
    start: (everyMs) =>
      every(
        everyMs,
        () => follow(true),
        (error) => log.error({ error: messageOf(error) }, 'changes not read; what was known goes on counting'),
      ),
  };
}
