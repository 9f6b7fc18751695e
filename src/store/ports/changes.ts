/** What may change in a ledger, by the process that reads it or any other. */
export const SUBJECTS = ['catalog', 'feedback', 'artifacts', 'breakers', 'alerts', 'policies', 'settings'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** How often each subject has changed so far. */
export type Revisions = Readonly<Record<Subject, number>>;

/** Which subjects changed since the revisions that were seen; all of them where none were. */
export function changedSince(seen: Revisions | null, now: Revisions): Subject[] {
  return SUBJECTS.filter((subject) => seen?.[subject] !== now[subject]);
}

/** What a follower of the ledger asks. */
export interface ChangeStore {
  /**
   * The revisions of now: one cheap read. A subject's moves with every commit that changed what is read of it, and with
   * no other. Of breakers, those that are open count; that LLMs leave the catalogue or come back to it moves `catalog`
   * alone, though what is read of the LLMs of the catalogue changes with it.
   */
  revisions(): Promise<Revisions>;
}
