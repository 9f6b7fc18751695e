import { changedSince, type ChangeStore, type Revisions, type Subject } from '../ports/changes.js';
import type { Connection } from './connection.js';

/** Marks that a subject changed; inside a write transaction. */
export type Touch = (subject: Subject) => void;

export function createTouch({ db }: Connection): Touch {
  const move = db.prepare<[string]>('UPDATE subject_revision SET revision = revision + 1 WHERE subject = ?');
  const moveFeedback = db.prepare('UPDATE tally SET revision = revision + 1');
  return (subject) => void (subject === 'feedback' ? moveFeedback.run() : move.run(subject));
}

/** Revisions of all subjects, read at once where anything may have been written since the last time. */
export function createChanges({ db, stamp }: Connection): ChangeStore {
  const read = db
    .prepare<[], [Subject, number]>(
      `SELECT subject, revision FROM subject_revision UNION ALL SELECT 'feedback', revision FROM tally`,
    )
    .raw();
  let readAt = '';
  let revisions: Revisions;
  return {
    async revisions() {
      const now = stamp();
      if (now === readAt) return revisions;
      const found = Object.fromEntries(read.all()) as Revisions;
      if (readAt === '' || changedSince(revisions, found).length > 0) revisions = found;
      readAt = now;
      return revisions;
    },
  };
}
