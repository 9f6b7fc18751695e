import type { PointsmanError } from '../../base/errors.js';
import type { CatalogSettings } from '../../schema/catalog.js';
import { unknownModels, type NamedLlm } from '../../schema/known-models.js';
import type { FeedbackRecord } from '../ports/feedback.js';
import type { KnownLlm } from './registry.js';
import { catalogFull, type LlmCounts } from './room.js';

/** What a write transaction knows of LLMs. */
export interface Known {
  find(name: string): KnownLlm | undefined;
  counts(): LlmCounts;
}

/** The LLMs that feedback names, by its fields. */
export function namedIn({ kind, value }: FeedbackRecord): NamedLlm[] {
  if (kind !== 'preference') return [{ field: 'model', model: value.model }];
  return [
    { field: 'better_model', model: value.better_model },
    { field: 'worse_model', model: value.worse_model },
  ];
}

/**
 * Why feedback is not taken that names LLMs which nobody declared: `unknown_model` where the settings refuse them,
 * `catalog_full` where there is no room for them. Undefined where it is taken.
 */
export function refusalOf(
  records: readonly FeedbackRecord[],
  { register_unknown: unknown, max_models: max }: CatalogSettings,
  { find, counts }: Known,
): PointsmanError | undefined {
  const where = (i: number): string => (records.length === 1 ? '' : `[${i}].`);
  const undeclared: NamedLlm[] = [];
  const brought = new Map<string, NamedLlm>();
  for (const [i, record] of records.entries())
    for (const { field, model } of namedIn(record)) {
      const llm = find(model);
      if (llm !== undefined && !llm.undeclared) continue;
      const named = { field: where(i) + field, model };
      undeclared.push(named);
      if ((llm === undefined || unknown === 'candidate') && !brought.has(model)) brought.set(model, named);
    }
  if (undeclared.length === 0) return undefined;
  if (unknown === 'refuse') return unknownModels(undeclared);
  if (brought.size === 0) return undefined;
  const left = max - counts()[unknown === 'candidate' ? 'candidates' : 'undeclared'];
  if (brought.size <= left) return undefined;
  return catalogFull(max, [...brought.values()][Math.max(0, left)]);
}
