/** What may change in a ledger, by the process that reads it or any other. */
export const SUBJECTS = [
  'catalog',
  'feedback',
  'artifacts',
  'breakers',
  'alerts',
  'policies',
  'settings',
  'keys',
  'providers',
  'experiments',
] as const;
export type Subject = (typeof SUBJECTS)[number];

/** How often each subject has changed so far. */
export type Revisions = Readonly<Record<Subject, number>>;

/** Which subjects changed since the revisions that were seen; all of them where none were. */
export function changedSince(seen: Revisions | null, now: Revisions): Subject[] {
  return SUBJECTS.filter((subject) => seen?.[subject] !== now[subject]);
}

/** What a follower of the ledger reads. */
export interface ChangeStore {
  /**
   * The revisions of now: one cheap read. A commit moves a subject's revision exactly where it changes what is read of
   * that subject. Of breakers, only open ones count. An LLM that leaves the catalogue or comes back moves `catalog`
   * alone, though other subjects are read of the catalogue's LLMs: whoever reads those follows `catalog`, too.
   */
  revisions(): Promise<Revisions>;
}
