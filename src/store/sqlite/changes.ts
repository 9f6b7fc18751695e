import type { ChangeStore, Revisions, Subject } from '../ports/changes.js';
import type { Connection } from './connection.js';

/** Marks that a subject changed; inside a write transaction. Feedback counts in the tally. */
export type Touch = (subject: Exclude<Subject, 'feedback'>) => void;

export function createTouch({ db }: Connection): Touch {
  const move = db.prepare<[string]>('UPDATE subject_revision SET revision = revision + 1 WHERE subject = ?');
  return (subject) => void move.run(subject);
}

/** Revisions of all subjects, read at once. */
export function createChanges({ db }: Connection): ChangeStore {
  const read = db
    .prepare<[], [Subject, number]>(
      `SELECT subject, revision FROM subject_revision UNION ALL SELECT 'feedback', revision FROM tally`,
    )
    .raw();
  return { revisions: async () => Object.fromEntries(read.all()) as Revisions };
}
