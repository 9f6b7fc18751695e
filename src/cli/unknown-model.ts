import { PointsmanError } from '../base/errors.js';

/** Throws `model_not_found` for an LLM that a command was told. */
export function unknownModel(id: string): never {
  throw new PointsmanError('model_not_found', `model: expected the id of a known LLM, got ${JSON.stringify(id)}`);
}
