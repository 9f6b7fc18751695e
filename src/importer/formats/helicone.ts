import {
  between,
  countOf,
  errorOf,
  flagOf,
  isRow,
  numberOf,
  objectOf,
  taskOf,
  textOf,
  timeOf,
  valueOf,
} from './fields.js';
import { promptIn } from './prompt.js';
import type { LogFormat, Row, Told } from './types.js';

/** A cost in dollars: the table itself counts in billionths, which are whole numbers. */
function costOf(row: Row): number | undefined {
  const dollars = numberOf(row, 'costUSD', 'cost_usd');
  const cost = numberOf(row, 'cost');
  return dollars ?? (cost !== undefined && Number.isInteger(cost) ? cost / 1e9 : cost);
}

/** Requests as Helicone exports them (its `request_response_rmt`, and the dashboard's export). */
export const helicone: LogFormat = {
  name: 'helicone-requests',
  title: 'Helicone requests',
  columns: [
    ['request_id', 'id'],
    ['request_created_at', 'at'],
    ['model_override, response_model, request_model', 'model'],
    ['request_body', 'query'],
    ['prompt_tokens', 'prompt_tokens'],
    ['completion_tokens', 'completion_tokens'],
    ['cost, costUSD', 'cost_usd'],
    ['delay_ms, response_created_at − request_created_at', 'latency_ms'],
    ['response_status', 'error'],
    ['request_properties.task', 'task'],
    ['feedback_rating, scores', 'signal'],
  ],
  fits: (row) => 'request_id' in row && ('request_created_at' in row || 'request_model' in row),
  read(row, { llm, scaled }) {
    const asked = textOf(row, 'request_model', 'model');
    const answered = textOf(row, 'model_override', 'response_model');
    const status = numberOf(row, 'response_status', 'status') ?? 200;
    const properties = objectOf(row, 'request_properties', 'properties');
    const request = valueOf(row, 'request_body');
    const response = objectOf(row, 'response_body');
    const rating = flagOf(row, 'feedback_rating');
    const scores = objectOf(row, 'scores');
    const common = {
      query: promptIn(request),
      model: llm === 'asked' ? (asked ?? answered) : (answered ?? asked),
      task: taskOf(properties['task'] ?? properties['Task']),
      at: timeOf(row, 'request_created_at', 'created_at'),
    };
    const told: Told[] = [
      {
        kind: 'interaction',
        value: {
          ...common,
          prompt_tokens: countOf(row, 'prompt_tokens'),
          completion_tokens: countOf(row, 'completion_tokens'),
          cost_usd: costOf(row),
          latency_ms: numberOf(row, 'delay_ms', 'latency') ?? between(row, 'request_created_at', 'response_created_at'),
          error: status >= 400 || status < 0 ? (errorOf(response['error']) ?? `HTTP ${status}`) : undefined,
        },
      },
    ];
    if (common.query !== undefined) {
      if (rating !== undefined)
        told.push({
          kind: 'signal',
          value: { ...common, signal: 'feedback_rating', value: Number(rating), source: 'user' },
        });
      for (const [name, value] of Object.entries(scores)) {
        const score = isRow(value) ? value['value'] : value;
        if (typeof score === 'number' || typeof score === 'boolean')
          told.push({ kind: 'signal', value: { ...common, signal: name, value: scaled(name, Number(score)) } });
      }
    }
    return { id: textOf(row, 'request_id'), told };
  },
};
