import { PointsmanError } from '../base/errors.js';
import type { CatalogStore } from '../store/ports/catalog.js';

/** Where no decision has this id. */
export const decisionNotFound = (id: string): PointsmanError =>
  new PointsmanError(
    'decision_not_found',
    `There is no decision ${id}: it was never made, or is kept no longer (GET /v1/decision-log says how long)`,
  );

/** Where no text of a query is there to be searched. */
export const textsNotKept = (setting: string): PointsmanError =>
  new PointsmanError(
    'texts_not_kept',
    `search: expected the texts of queries to be kept, and ${setting}; look for a decision by its id, or list by model`,
  );

/** Names that an error lists. */
const NAMES_SHOWN = 5;

/** `no_models`, naming those that only have to be declared. */
export async function noModels(catalog: Pick<CatalogStore, 'undeclared'>): Promise<PointsmanError> {
  const { count, ids } = await catalog.undeclared(NAMES_SHOWN);
  const more = count > ids.length ? ` and ${count - ids.length} more` : '';
  return new PointsmanError(
    'no_models',
    'There is no LLM to choose from. Declare one with PUT /v1/models/{id} (`{}` will do), or run ' +
      '`pointsman import FILE`.' +
      (count === 0 ? '' : ` Feedback named some that nobody declared: ${ids.join(', ')}${more}.`),
  );
}
