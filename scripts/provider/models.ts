import type { JsonObject } from '../../src/protocol/types.js';

/** The list of LLMs, in the form of whoever asks. */
export function listOf(models: readonly string[], isAnthropic: boolean): JsonObject {
  if (isAnthropic)
    return {
      data: models.map((id) => ({ type: 'model', id, display_name: id, created_at: '2026-01-02T03:04:05Z' })),
      has_more: false,
      first_id: models[0] ?? null,
      last_id: models.at(-1) ?? null,
    };
  return {
    object: 'list',
    data: models.map((id) => ({ id, object: 'model', created: 1_767_323_045, owned_by: 'local' })),
  };
}
