import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import { changedSince, SUBJECTS, type ChangeStore, type Revisions, type Subject } from '../store/ports/changes.js';

/** A part of what the ledger holds, kept in memory. */
export interface Live {
  readonly name: string;
  /** Subjects that it is refreshed for as soon as this process changed them. */
  readonly eager: readonly Subject[];
  /** Further subjects, for which the next tick refreshes it; `always` where every tick does. */
  readonly lazy: readonly Subject[] | 'always';
  /**
   * Reads what the ledger says now. `changed` are the subjects that moved since the last refresh; all unless given. The
   * follower has one refresh of a part run at a time.
   */
  refresh(changed?: ReadonlySet<Subject>): Promise<void>;
}

/** Keeps live parts up to date. */
export interface Follower {
  /**
   * Resolves when each part that is eager for one of the subjects, all unless given, has read what was committed before
   * the call, or failed to, which is logged. Never rejects.
   */
  catchUp(subjects?: readonly Subject[]): Promise<void>;
  /** Looks for what other processes did, every so often, until the returned function is called. */
  start(everyMs: number): () => void;
}

const NONE: ReadonlySet<Subject> = new Set();

/** A part, and how far it is. */
interface Followed {
  part: Live;
  /** What it read last; null before it read anything. */
  seen: Revisions | null;
  /** Its refresh that runs, and of which revisions. */
  running: { done: Promise<void>; of: Revisions } | null;
  /** Another one right after that, for who came meanwhile. */
  next: Promise<void> | null;
}

/**
 * One timer, and one read of revisions a look, for all parts. A part is refreshed by itself, so that one that waits,
 * for an encoder perhaps, holds up nobody who does not need it. One whose refresh fails keeps what it knew, and is
 * refreshed again with the next look.
 */
export function createFollower(changes: ChangeStore, parts: readonly Live[], log: Logger): Follower {
  const all = parts.map((part): Followed => ({ part, seen: null, running: null, next: null }));

  function changed(since: Revisions | null, now: Revisions): ReadonlySet<Subject> {
    return since === now ? NONE : new Set(changedSince(since, now));
  }

  async function refresh(followed: Followed, of: Revisions, due: ReadonlySet<Subject>): Promise<void> {
    const { part } = followed;
    try {
      await part.refresh(due);
      followed.seen = of;
    } catch (error) {
      log.error({ part: part.name, error: messageOf(error) }, 'not refreshed; what was known goes on counting');
    } finally {
      followed.running = null;
    }
  }

  function run(followed: Followed, of: Revisions, due: ReadonlySet<Subject>): Promise<void> {
    const done = refresh(followed, of, due);
    followed.running = { done, of };
    return done;
  }

  /** Brings one part up to `now`; at once where it is. */
  function bring(followed: Followed, now: Revisions): Promise<void> | undefined {
    const { part, running } = followed;
    const isEager = (due: ReadonlySet<Subject>): boolean => part.eager.some((subject) => due.has(subject));
    if (running === null) {
      const due = changed(followed.seen, now);
      return isEager(due) ? run(followed, now, due) : undefined;
    }
    if (!isEager(changed(running.of, now))) return running.done;
    followed.next ??= bringAfter(running.done, followed);
    return followed.next;
  }

  async function bringAfter(done: Promise<void>, followed: Followed): Promise<void> {
    await done;
    followed.next = null;
    await bring(followed, await changes.revisions());
  }

  function tick(followed: Followed, now: Revisions): void {
    const { part, seen, running } = followed;
    if (running !== null) return;
    const due = changed(seen, now);
    if (part.lazy === 'always' || [...part.eager, ...part.lazy].some((subject) => due.has(subject)))
      void run(followed, now, due);
  }

  function logUnread(error: unknown): void {
    log.error({ error: messageOf(error) }, 'changes not read; what was known goes on counting');
  }

  return {
    async catchUp(subjects = SUBJECTS) {
      const wanted = all.filter(({ part }) => part.eager.some((subject) => subjects.includes(subject)));
      if (wanted.length === 0) return;
      try {
        const now = await changes.revisions();
        await Promise.all(wanted.map((followed) => bring(followed, now)));
      } catch (error) {
        logUnread(error);
      }
    },
    start: (everyMs) =>
      every(
        everyMs,
        async () => {
          const now = await changes.revisions();
          for (const followed of all) tick(followed, now);
        },
        logUnread,
      ),
  };
}
