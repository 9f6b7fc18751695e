import { between, countOf, errorOf, isRow, numberOf, objectOf, taskOf, textOf, timeOf, valueOf } from './fields.js';
import { promptIn } from './prompt.js';
import { RowError, type LogFormat, type ReadContext, type Row, type Told } from './types.js';

/** Whose word counts before whose. */
const SOURCES = ['ANNOTATION', 'EVAL', 'API'];

/** A score, as it is kept until its observation comes. */
interface Score {
  name: string;
  value: number;
  source: string;
}

/** A score of Langfuse's in [0, 1]; undefined of one that is a word, and of none. */
function scoreIn(row: Row, { scaled }: Pick<ReadContext, 'scaled'>): Score | undefined {
  const name = textOf(row, 'name');
  if (name === undefined) throw new RowError('name', 'the name of a score', 'nothing');
  const type = (textOf(row, 'data_type', 'dataType') ?? '').toUpperCase();
  const raw = row['value'] ?? row['numeric_value'] ?? row['numericValue'];
  if (type === 'CATEGORICAL' || raw === null || raw === undefined || raw === '') return undefined;
  const value = typeof raw === 'boolean' ? Number(raw) : numberOf({ value: raw }, 'value')!;
  const source = (textOf(row, 'source') ?? 'API').toUpperCase();
  return { name, value: type === 'BOOLEAN' ? Number(value > 0) : scaled(name, value), source };
}

const keyOf = (kind: 'observation' | 'trace', id: string): string => `langfuse ${kind} ${id}`;

/** Langfuse's scores, which belong to observations, or to whole traces. */
export const langfuseScores: LogFormat = {
  name: 'langfuse-scores',
  title: 'Langfuse scores',
  first: true,
  columns: [
    ['observation_id, trace_id', 'joined with observations'],
    ['name', 'signal'],
    ['value', 'value'],
    ['source', 'source (ANNOTATION before EVAL before API)'],
  ],
  fits: (row) =>
    ('data_type' in row || 'dataType' in row) &&
    ('trace_id' in row || 'traceId' in row || 'observation_id' in row || 'observationId' in row) &&
    'value' in row,
  read(row, context) {
    const score = scoreIn(row, context);
    if (score === undefined) return null;
    const observation = textOf(row, 'observation_id', 'observationId');
    const trace = textOf(row, 'trace_id', 'traceId');
    if (observation === undefined && trace === undefined)
      throw new RowError('observation_id', 'the id of an observation, or a trace_id', 'nothing');
    context.keep(observation === undefined ? keyOf('trace', trace!) : keyOf('observation', observation), score);
    return { told: [] };
  },
};

/** Scores that stand in the observation itself: by name, or as a list. */
function ownScores(row: Row, context: ReadContext): Score[] {
  const scores = valueOf(row, 'scores');
  if (Array.isArray(scores)) return scores.filter(isRow).flatMap((one) => scoreIn(one, context) ?? []);
  if (!isRow(scores)) return [];
  return Object.entries(scores).flatMap(([name, value]) => scoreIn({ name, value }, context) ?? []);
}

/** The scores of those whose word counts most. */
function weightiest(scores: readonly Score[]): Score[] {
  const best = SOURCES.find((source) => scores.some((score) => score.source === source));
  return scores.filter(({ source }) => best === undefined || source === best);
}

/** Latencies are in seconds; of integrations before April 2026 in milliseconds, which is what exceeds an hour. */
function latencyOf(row: Row): number | undefined {
  const exact = between(row, 'start_time', 'end_time') ?? between(row, 'startTime', 'endTime');
  if (exact !== undefined) return exact;
  const latency = numberOf(row, 'latency');
  return latency === undefined ? undefined : latency > 3600 ? latency : latency * 1000;
}

/** Langfuse's observations, from its exports and its API (v3; folders `observations_v2`). */
export const langfuse: LogFormat = {
  name: 'langfuse-observations',
  title: 'Langfuse observations',
  columns: [
    ['id', 'id'],
    ['start_time', 'at'],
    ['provided_model_name, model', 'model'],
    ['input', 'query'],
    ['usage_details.input', 'prompt_tokens'],
    ['usage_details.output', 'completion_tokens'],
    ['total_cost', 'cost_usd'],
    ['end_time − start_time, latency', 'latency_ms'],
    ['level, status_message', 'error'],
    ['metadata.task, tags, name', 'task'],
    ['scores, Langfuse scores', 'signal'],
  ],
  fits: (row) =>
    ('provided_model_name' in row || 'providedModelName' in row || 'model' in row || 'type' in row) &&
    ('trace_id' in row || 'traceId' in row) &&
    ('start_time' in row || 'startTime' in row) &&
    'input' in row,
  read(row, context) {
    const type = (textOf(row, 'type') ?? 'GENERATION').toUpperCase();
    const model = textOf(row, 'provided_model_name', 'providedModelName', 'model');
    if (type !== 'GENERATION' || model === undefined) return null;
    const id = textOf(row, 'id');
    const trace = textOf(row, 'trace_id', 'traceId');
    const usage = objectOf(row, 'usage_details', 'usageDetails', 'usage');
    const tags = valueOf(row, 'tags', 'trace_tags');
    const metadata = objectOf(row, 'metadata');
    const common = {
      query: promptIn(valueOf(row, 'input')),
      model,
      task:
        taskOf(metadata['task']) ??
        taskOf(Array.isArray(tags) ? tags[0] : undefined) ??
        taskOf(textOf(row, 'trace_name', 'traceName')),
      at: timeOf(row, 'start_time', 'startTime'),
    };
    const failed = textOf(row, 'level') === 'ERROR';
    const kept = (kind: 'observation' | 'trace', of: string | undefined): Score[] =>
      of === undefined ? [] : (context.kept(keyOf(kind, of)) as Score[]);
    const joined = [...ownScores(row, context), ...kept('observation', id)];
    const scores = joined.length > 0 ? joined : kept('trace', trace);
    const told: Told[] = [
      {
        kind: 'interaction',
        value: {
          ...common,
          prompt_tokens: countOf(usage, 'input', 'promptTokens', 'input_tokens') ?? countOf(row, 'prompt_tokens'),
          completion_tokens:
            countOf(usage, 'output', 'completionTokens', 'output_tokens') ?? countOf(row, 'completion_tokens'),
          cost_usd:
            numberOf(row, 'total_cost', 'totalCost', 'calculatedTotalCost') ??
            numberOf(objectOf(row, 'cost_details', 'costDetails'), 'total'),
          latency_ms: latencyOf(row),
          error: failed ? (errorOf(textOf(row, 'status_message', 'statusMessage')) ?? 'failed') : undefined,
        },
      },
    ];
    if (common.query !== undefined)
      for (const { name, value, source } of weightiest(scores))
        told.push({ kind: 'signal', value: { ...common, signal: name, value, source: source.toLowerCase() } });
    return { id, told };
  },
};
