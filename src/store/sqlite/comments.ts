import type { Comment, CommentRecord } from '../ports/feedback.js';
import type { Connection } from './connection.js';

/** What people wrote of answers. */
export interface Comments {
  /** Inside a write transaction. */
  add(comment: CommentRecord, tenant: string | undefined, forgetAt: number | undefined): void;
  of(decisions: readonly string[]): Map<string, Comment[]>;
}

export function createComments({ db }: Connection): Comments {
  const insert = db.prepare(
    'INSERT INTO comment (decision, query_hash, at, kind, text, tenant, forget_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const find = db.prepare<[string], Comment>('SELECT at, kind, text FROM comment WHERE decision = ? ORDER BY id');
  return {
    add({ decision, queryHash, at, kind, text }, tenant, forgetAt) {
      insert.run(decision, Buffer.from(queryHash, 'hex'), at, kind, text, tenant ?? null, forgetAt ?? null);
    },
    of(decisions) {
      const found = new Map<string, Comment[]>();
      for (const decision of decisions) {
        const comments = find.all(decision);
        if (comments.length > 0) found.set(decision, comments);
      }
      return found;
    },
  };
}
