import { PointsmanError } from '../../base/errors.js';
import { LlmId } from '../../schema/ids.js';

/** The path parameter of an LLM. */
export const llmParam = {
  id: { schema: LlmId, raw: true, description: 'Id of an LLM. Slashes may stand as they are or as %2F.' },
} as const;

export function modelNotFound(id: string): PointsmanError {
  return new PointsmanError(
    'model_not_found',
    `There is no LLM ${JSON.stringify(id)}; GET /v1/models lists those there are`,
  );
}
