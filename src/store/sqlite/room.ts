import { PointsmanError } from '../../base/errors.js';
import type { NamedLlm } from '../../schema/known-models.js';
import { describe } from '../../schema/parse.js';
import type { Connection } from './connection.js';
import type { ReadSettings } from './settings.js';

/** How many LLMs may be chosen, and how many nobody declared. */
export interface LlmCounts {
  candidates: number;
  undeclared: number;
}

/** Holds the catalogue to `max_models`, inside a write transaction. */
export interface Room {
  counts(): LlmCounts;
  /** Throws `catalog_full` where `work` brought more LLMs than there may be: the transaction is to be undone then. */
  within<T>(work: () => T): T;
}

/** @param named the first LLM that finds no room, where a field names it */
export function catalogFull(max: number, named?: NamedLlm): PointsmanError {
  const issues =
    named === undefined
      ? []
      : [{ field: named.field, expected: 'an LLM that the catalogue has', received: describe(named.model) }];
  const where = issues.map(({ field, expected, received }) => `${field}: expected ${expected}, got ${received}. `);
  return new PointsmanError(
    'catalog_full',
    `${where.join('')}There would be more LLMs than max_models of the catalogue allows (${max}): take some out ` +
      '(DELETE /v1/models/{id}), or raise it (PUT /v1/catalog, `pointsman models settings --max-models`)',
    { issues },
  );
}

export function createRoom({ db }: Connection, settings: ReadSettings): Room {
  const candidates = db.prepare<[], number>('SELECT count(*) FROM llm WHERE deleted = 0').pluck();
  const undeclared = db.prepare<[], number>('SELECT count(*) FROM llm WHERE undeclared = 1').pluck();
  const counts = (): LlmCounts => ({ candidates: candidates.get()!, undeclared: undeclared.get()! });
  return {
    counts,
    within(work) {
      const before = counts();
      const result = work();
      const after = counts();
      const { max_models: max } = settings('catalog');
      for (const kind of ['candidates', 'undeclared'] as const)
        if (after[kind] > before[kind] && after[kind] > max) throw catalogFull(max);
      return result;
    },
  };
}
