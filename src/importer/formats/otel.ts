import { countOf, errorOf, isRow, millisecondsOf, numberOf, taskOf, textOf, timeOf, valueOf } from './fields.js';
import { promptIn } from './prompt.js';
import type { LogFormat, ReadContext, Row, Told } from './types.js';

/** The value of an attribute, as OTLP's JSON writes it. */
function attributeValue(value: unknown): unknown {
  if (!isRow(value)) return value;
  if ('arrayValue' in value) {
    const { arrayValue } = value;
    return isRow(arrayValue) && Array.isArray(arrayValue['values']) ? arrayValue['values'].map(attributeValue) : [];
  }
  if ('kvlistValue' in value) return attributesOf((value['kvlistValue'] as Row)?.['values']);
  if ('intValue' in value) return Number(value['intValue']);
  return value['stringValue'] ?? value['doubleValue'] ?? value['boolValue'] ?? value['bytesValue'];
}

/** Attributes by name: of OTLP a list of keys and values, else an object as it is. */
function attributesOf(attributes: unknown): Row {
  if (isRow(attributes)) return attributes;
  if (!Array.isArray(attributes)) return {};
  return Object.fromEntries(
    attributes.filter(isRow).map((one) => [String(one['key']), attributeValue(one['value'])] as const),
  );
}

/** All spans of an export of OTLP; a row that is no export is a span itself. */
export function spansIn(row: Row): Row[] {
  const resources = row['resourceSpans'] ?? row['resource_spans'];
  if (!Array.isArray(resources)) return [row];
  return resources.filter(isRow).flatMap((resource) => {
    const scopes = resource['scopeSpans'] ?? resource['scope_spans'] ?? resource['instrumentationLibrarySpans'];
    return Array.isArray(scopes)
      ? scopes.filter(isRow).flatMap((scope) => (Array.isArray(scope['spans']) ? scope['spans'].filter(isRow) : []))
      : [];
  });
}

/** The events of a span: name, and attributes. */
const eventsOf = (span: Row): { name: string; attributes: Row }[] =>
  (Array.isArray(span['events']) ? span['events'] : [])
    .filter(isRow)
    .map((event) => ({ name: String(event['name'] ?? ''), attributes: attributesOf(event['attributes']) }));

/** An attribute of a numbered message: of OpenInference, and of OpenLLMetry. */
const NUMBERED = new RegExp(
  '^(?:llm\\.input_messages\\.(?=\\d+\\.message)|gen_ai\\.prompt\\.)(\\d+)\\.(?:message\\.)?' +
    '(role|content|contents\\.\\d+\\.message_content\\.text)$',
);

/**
 * The messages of a span in numbered attributes: OpenInference's `llm.input_messages.0.message.content`, and
 * OpenLLMetry's `gen_ai.prompt.0.content`.
 */
function numberedMessages(attributes: Row): unknown[] {
  const messages = new Map<number, Record<string, unknown>>();
  for (const [key, value] of Object.entries(attributes)) {
    const [, index, field] = NUMBERED.exec(key) ?? [];
    if (index === undefined) continue;
    const message = messages.get(Number(index)) ?? {};
    if (field === 'role') message['role'] = value;
    else message['content'] = message['content'] === undefined ? value : [message['content'], value];
    messages.set(Number(index), message);
  }
  return [...messages].toSorted(([a], [b]) => a - b).map(([, message]) => message);
}

/** The prompt of a span, in the newer attributes, the older events, or OpenInference's attributes. */
function promptOf(attributes: Row, events: readonly { name: string; attributes: Row }[]): string | undefined {
  const messages = events.flatMap(({ name, attributes: own }) => {
    const [, role] = /^gen_ai\.(user|system|assistant|tool)\.message$/.exec(name) ?? [];
    return role === undefined ? [] : [{ role, content: valueOf(own, 'content', 'gen_ai.event.content') }];
  });
  const inEvents = events.map(({ attributes: own }) =>
    valueOf(own, 'gen_ai.input.messages', 'gen_ai.prompt', 'gen_ai.event.content'),
  );
  return (
    promptIn(valueOf(attributes, 'gen_ai.input.messages', 'gen_ai.prompt')) ??
    promptIn(messages) ??
    inEvents.map(promptIn).find((text) => text !== undefined) ??
    promptIn(numberedMessages(attributes)) ??
    promptIn(valueOf(attributes, 'input.value', 'traceloop.entity.input'))
  );
}

/** Evaluations of an answer, as signals without query and LLM. */
function evaluationsIn(
  events: readonly { name: string; attributes: Row }[],
  { scaled }: Pick<ReadContext, 'scaled'>,
): { signal: string; value: number }[] {
  return events.flatMap(({ name, attributes }) => {
    if (name !== 'gen_ai.evaluation.result') return [];
    const metric = textOf(attributes, 'gen_ai.evaluation.name') ?? 'evaluation';
    const value = numberOf(attributes, 'gen_ai.evaluation.score.value', 'gen_ai.evaluation.score');
    return value === undefined ? [] : [{ signal: metric, value: scaled(metric, value) }];
  });
}

const NO_LLM_KINDS = new Set([
  'EMBEDDING',
  'RETRIEVER',
  'RERANKER',
  'TOOL',
  'CHAIN',
  'AGENT',
  'GUARDRAIL',
  'EVALUATOR',
]);
const LLM_OPERATIONS = new Set(['chat', 'text_completion', 'generate_content', 'completion', 'responses']);

/** Whether a span is a call of an LLM that answers in text. */
function isCall(attributes: Row): boolean {
  const kind = attributes['openinference.span.kind'];
  if (typeof kind === 'string') return !NO_LLM_KINDS.has(kind.toUpperCase());
  const operation = attributes['gen_ai.operation.name'];
  const type = attributes['llm.request.type'];
  if (typeof type === 'string' && type !== 'chat' && type !== 'completion') return false;
  if (typeof operation === 'string') return LLM_OPERATIONS.has(operation);
  return Object.keys(attributes).some((key) => key.startsWith('gen_ai.') || key.startsWith('llm.'));
}

/**
 * Spans of calls of LLMs: OpenTelemetry's GenAI conventions (1.37, and the names before 1.30) and OpenInference's, as
 * OTLP's JSON or as objects with plain attributes.
 */
export const otel: LogFormat = {
  name: 'opentelemetry-spans',
  title: 'OpenTelemetry GenAI and OpenInference spans',
  columns: [
    ['traceId, spanId', 'id'],
    ['startTimeUnixNano', 'at'],
    ['gen_ai.response.model, gen_ai.request.model, llm.model_name', 'model'],
    ['gen_ai.input.messages, gen_ai.user.message, gen_ai.prompt, llm.input_messages, input.value', 'query'],
    ['gen_ai.usage.input_tokens, gen_ai.usage.prompt_tokens, llm.token_count.prompt', 'prompt_tokens'],
    ['gen_ai.usage.output_tokens, gen_ai.usage.completion_tokens, llm.token_count.completion', 'completion_tokens'],
    ['llm.cost.total, gen_ai.usage.cost', 'cost_usd'],
    ['endTimeUnixNano − startTimeUnixNano', 'latency_ms'],
    ['error.type, status', 'error'],
    ['gen_ai.evaluation.result', 'signal'],
    ['pointsman.task, tag.tags', 'task'],
  ],
  within: (span) => [...Object.keys(attributesOf(span['attributes'])), ...eventsOf(span).map(({ name }) => name)],
  fits: (row) =>
    'resourceSpans' in row ||
    'resource_spans' in row ||
    (('spanId' in row || 'span_id' in row || 'context' in row) && 'attributes' in row),
  read(span, context) {
    const attributes = attributesOf(span['attributes']);
    if (!isCall(attributes)) return null;
    const events = eventsOf(span);
    const asked = textOf(attributes, 'gen_ai.request.model', 'llm.request.model_name');
    const answered = textOf(attributes, 'gen_ai.response.model', 'llm.response.model_name', 'llm.model_name');
    const inner = isRow(span['context']) ? span['context'] : span;
    const ids = [textOf(inner, 'traceId', 'trace_id'), textOf(inner, 'spanId', 'span_id')];
    const [start, end] = ['start', 'end'].map((which) =>
      millisecondsOf(span[`${which}TimeUnixNano`] ?? span[`${which}_time_unix_nano`] ?? span[`${which}_time`]),
    ) as [number, number];
    const status = isRow(span['status']) ? span['status'] : {};
    const failed = [2, 'STATUS_CODE_ERROR', 'ERROR'].includes(
      (status['code'] ?? status['status_code'] ?? span['status_code']) as string,
    );
    const error = errorOf(attributes['error.type'] ?? (failed ? status['message'] || 'failed' : undefined));
    const tags = valueOf(attributes, 'tag.tags');
    const query = promptOf(attributes, events);
    const common = {
      query,
      model: context.llm === 'asked' ? (asked ?? answered) : (answered ?? asked),
      task: taskOf(attributes['pointsman.task']) ?? taskOf(Array.isArray(tags) ? tags[0] : tags),
      at: Number.isNaN(start) ? undefined : timeOf({ start }, 'start'),
    };
    const told: Told[] = [
      {
        kind: 'interaction',
        value: {
          ...common,
          prompt_tokens: countOf(
            attributes,
            'gen_ai.usage.input_tokens',
            'gen_ai.usage.prompt_tokens',
            'llm.token_count.prompt',
          ),
          completion_tokens: countOf(
            attributes,
            'gen_ai.usage.output_tokens',
            'gen_ai.usage.completion_tokens',
            'llm.token_count.completion',
          ),
          cost_usd: numberOf(attributes, 'llm.cost.total', 'gen_ai.usage.cost'),
          latency_ms: end >= start ? end - start : undefined,
          error,
        },
      },
    ];
    if (query !== undefined)
      for (const evaluation of evaluationsIn(events, context))
        told.push({ kind: 'signal', value: { ...common, ...evaluation, source: 'evaluation' } });
    return { id: ids.every((part) => part !== undefined) ? ids.join(' ') : undefined, told };
  },
};
