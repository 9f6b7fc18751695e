import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { previewFiles } from '../../src/importer/index.js';
import type { Ledger } from '../../src/store/open.js';
import { allRows } from '../store/support.js';
import { desk } from './support.js';

/** What is logged of each query: its task, and the scores of LLMs. */
async function logged(ledger: Ledger): Promise<Record<string, unknown>> {
  const { queries, scores, llms, tasks } = await allRows(ledger);
  return Object.fromEntries(
    Array.from(queries, ({ text, task }, q): [string, unknown] => [
      text,
      {
        ...(task >= 0 && { task: tasks[task]!.id }),
        ...Object.fromEntries(
          Array.from(scores.query.keys())
            .filter((e) => scores.query[e] === q)
            .map((e) => [llms[scores.llm[e]!]!.id, Math.round(scores.score[e]! * 1000) / 1000]),
        ),
      },
    ]),
  );
}

/** An LLM's answers, failures, mean cost, tokens and latency. */
async function taken(ledger: Ledger, id: string): Promise<Record<string, number>> {
  const stats = (await ledger.feedback.stats()).find((one) => one.id === id)!;
  const usage = stats.usage.reduce(
    (sum, one) => ({
      tokens: sum.tokens + one.completionTokens,
      latencies: sum.latencies + one.latencyN,
      log: sum.log + one.logLatency,
    }),
    { tokens: 0, latencies: 0, log: 0 },
  );
  return {
    answers: stats.interactions,
    failed: stats.failed,
    cost: Math.round(stats.costUsd * 1e6) / 1e6,
    tokens: usage.tokens,
    latency: usage.latencies === 0 ? 0 : Math.round(Math.exp(usage.log / usage.latencies)),
  };
}

/** CSV of some rows. */
const csv = (rows: readonly Record<string, unknown>[]): string => {
  const columns = Object.keys(rows[0]!);
  const cell = (value: unknown): string => {
    const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((row) => row.map(cell).join(','))
    .join('\n');
};

const LITELLM = [
  {
    request_id: 'chatcmpl-1',
    call_type: 'acompletion',
    api_key: '88dc28',
    spend: 0.002,
    total_tokens: 30,
    prompt_tokens: 20,
    completion_tokens: 10,
    startTime: '2026-11-01T10:00:00.000Z',
    endTime: '2026-11-01T10:00:01.500Z',
    completionStartTime: '2026-11-01T10:00:00.200Z',
    model: 'azure/gpt-4o-mini-2024-07-18',
    model_id: 'd1',
    model_group: 'gpt-4o-mini',
    custom_llm_provider: 'azure',
    metadata: { status: 'success' },
    cache_hit: 'False',
    request_tags: ['User-Agent: curl', 'support'],
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Where is my parcel?' }] },
    ],
    response: {},
    status: 'success',
    session_id: 's1',
  },
  {
    request_id: 'chatcmpl-2',
    call_type: 'acompletion',
    spend: 0,
    prompt_tokens: 0,
    completion_tokens: 0,
    startTime: '2026-11-01 10:01:00',
    endTime: '2026-11-01 10:01:02',
    model: 'azure/gpt-4o-mini-2024-07-18',
    model_group: 'gpt-4o-mini',
    metadata: { status: 'failure', error_information: { error_class: 'RateLimitError', error_message: 'Too many' } },
    request_tags: [],
    messages: {},
    response: {},
    status: 'failure',
  },
];

test('LiteLLM: what calls cost and take, as lines of JSON and as CSV', async (t) => {
  for (const [name, content] of [
    ['spend.jsonl', LITELLM],
    ['spend.csv', csv(LITELLM.map((row) => ({ ...LITELLM[0], cache_hit: '', session_id: '', ...row })))],
  ] as const) {
    const { ledger, file, ...on } = await desk(t);
    const { files } = await on.import(file(name, content));
    assert.deepEqual(
      files.map(({ format, interactions, calls }) => [format, interactions, calls]),
      [['litellm-spend-logs', 1, 1]],
    );
    assert.deepEqual(await logged(ledger), { 'Where is my parcel?': { task: 'support' } });
    const use = await taken(ledger, 'gpt-4o-mini');
    assert.deepEqual(use, { answers: 2, failed: 1, cost: 0.002, tokens: 10, latency: 1500 });
  }
});

test('LiteLLM: of the LLM that answered where that is asked for', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  await on.importWith({ llm: 'answered' }, file('spend.jsonl', LITELLM));
  assert.deepEqual(
    (await ledger.catalog.list()).map(({ id }) => id as string),
    ['azure/gpt-4o-mini-2024-07-18'],
  );
});

/** Attributes as OTLP's JSON writes them. */
const otlp = (attributes: Record<string, unknown>): unknown[] =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value:
      typeof value === 'number'
        ? Number.isInteger(value)
          ? { intValue: String(value) }
          : { doubleValue: value }
        : { stringValue: value },
  }));

const span = (spanId: string, attributes: Record<string, unknown>, more: object = {}): object => ({
  traceId: '5b8efff798038103d269b633813fc60c',
  spanId,
  name: 'chat',
  kind: 3,
  startTimeUnixNano: '1793527200000000000',
  endTimeUnixNano: '1793527200800000000',
  attributes: otlp(attributes),
  status: {},
  ...more,
});

const traces = (...spans: object[]): object => ({
  resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ scope: { name: 'test' }, spans }] }],
});

describe('OpenTelemetry', () => {
  const NEW = span(
    'aaaaaaaaaaaaaaa1',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 40,
      'gen_ai.input.messages': JSON.stringify([
        { role: 'user', parts: [{ type: 'text', content: 'What is a quark?' }] },
      ]),
    },
    {
      events: [
        {
          name: 'gen_ai.evaluation.result',
          attributes: otlp({ 'gen_ai.evaluation.name': 'relevance', 'gen_ai.evaluation.score.value': 4 }),
        },
      ],
    },
  );
  const OLD = span(
    'aaaaaaaaaaaaaaa2',
    {
      'gen_ai.system': 'anthropic',
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'claude-haiku-4-5',
      'gen_ai.usage.prompt_tokens': 5,
      'gen_ai.usage.completion_tokens': 7,
    },
    {
      events: [{ name: 'gen_ai.user.message', attributes: otlp({ content: 'Name a gas.' }) }],
    },
  );
  const FAILED = span(
    'aaaaaaaaaaaaaaa3',
    { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'claude-haiku-4-5', 'error.type': '529' },
    { status: { code: 2, message: 'overloaded' } },
  );
  const TOOL = span('aaaaaaaaaaaaaaa4', { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' });

  test('spans of the newer and the older names, evaluations, errors; other spans are none of an LLM’s', async (t) => {
    for (const content of [
      [traces(NEW, OLD), traces(FAILED, TOOL)],
      JSON.stringify([traces(NEW, OLD, FAILED, TOOL)]),
    ]) {
      const { ledger, file, ...on } = await desk(t);
      const report = await on.importWith({ scales: new Map([['relevance', [1, 5]]]) }, file('traces.json', content));
      const [{ format, interactions, calls, ignored }] = report.files as unknown as [ImportedFile];
      assert.deepEqual([format, interactions, calls, ignored], ['opentelemetry-spans', 3, 1, 1]);
      assert.deepEqual(await logged(ledger), {
        'What is a quark?': { 'gpt-5-mini-2025-08-07': 0.75 },
        'Name a gas.': {},
      });
      const use = await taken(ledger, 'claude-haiku-4-5');
      assert.deepEqual(use, { answers: 2, failed: 1, cost: NaN, tokens: 7, latency: 800 });
    }
  });

  test('OpenInference: messages as attributes, cost, and kinds of span that are no calls', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const llm = span('bbbbbbbbbbbbbbb1', {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'mistral-small',
      'llm.input_messages.0.message.role': 'system',
      'llm.input_messages.0.message.content': 'You rhyme.',
      'llm.input_messages.1.message.role': 'user',
      'llm.input_messages.1.message.content': 'A poem on rain',
      'llm.token_count.prompt': 9,
      'llm.token_count.completion': 30,
      'llm.cost.total': 0.0004,
    });
    const plain = {
      context: { trace_id: 't', span_id: 'bbbbbbbbbbbbbbb2' },
      attributes: { 'openinference.span.kind': 'LLM', 'llm.model_name': 'mistral-small', 'input.value': 'Sum this up' },
      start_time: '2026-11-01T10:00:00.000000Z',
      end_time: '2026-11-01T10:00:00.200000Z',
    };
    const chain = span('bbbbbbbbbbbbbbb3', { 'openinference.span.kind': 'CHAIN', 'input.value': 'x' });
    await on.import(file('a.jsonl', [traces(llm, chain)]), file('b.jsonl', [plain, plain]));
    assert.deepEqual(Object.keys(await logged(ledger)).toSorted(), ['A poem on rain', 'Sum this up']);
    const use = await taken(ledger, 'mistral-small');
    assert.deepEqual(use, { answers: 2, failed: 0, cost: 0.0004, tokens: 30, latency: 400 });
  });
});

interface ImportedFile {
  format: string;
  interactions: number;
  calls: number;
  ignored: number;
}

const OBSERVATIONS = [
  {
    id: 'obs-1',
    trace_id: 'trace-1',
    type: 'GENERATION',
    name: 'answer',
    start_time: '2026-11-01T10:00:00.000Z',
    end_time: '2026-11-01T10:00:02.000Z',
    provided_model_name: 'gpt-5-mini',
    input: { messages: [{ role: 'user', content: 'How do I reset it?' }] },
    output: 'Press the button.',
    usage_details: { input: 11, output: 22, total: 33 },
    total_cost: 0.003,
    level: 'DEFAULT',
    tags: ['help'],
  },
  {
    id: 'obs-2',
    trace_id: 'trace-2',
    type: 'GENERATION',
    start_time: '2026-11-01T10:01:00.000Z',
    latency: 1.5,
    provided_model_name: 'gpt-5-mini',
    input: 'Is it blue?',
    usage_details: {},
    level: 'ERROR',
    status_message: 'timeout',
  },
  { id: 'obs-3', trace_id: 'trace-2', type: 'SPAN', start_time: '2026-11-01T10:01:00.000Z', input: 'x' },
];
const SCORES = [
  {
    id: 's1',
    trace_id: 'trace-1',
    observation_id: 'obs-1',
    name: 'helpful',
    value: 4,
    data_type: 'NUMERIC',
    source: 'EVAL',
  },
  {
    id: 's2',
    trace_id: 'trace-1',
    observation_id: 'obs-1',
    name: 'correct',
    value: 1,
    data_type: 'BOOLEAN',
    source: 'ANNOTATION',
  },
  { id: 's3', trace_id: 'trace-2', observation_id: null, name: 'thumb', value: 0, data_type: 'NUMERIC', source: 'API' },
  {
    id: 's4',
    trace_id: 'trace-2',
    observation_id: null,
    name: 'tone',
    value: 'rude',
    data_type: 'CATEGORICAL',
    source: 'API',
  },
];

describe('Langfuse', () => {
  const scales = new Map([['helpful', [1, 5]]] as const);

  test('observations and scores in any order, as JSON Lines, CSV and Parquet; annotations go before', async (t) => {
    const columns = (rows: readonly object[], names: string[]) =>
      names.map((name) => ({
        name,
        data: rows.map((row) => {
          const value = (row as Record<string, unknown>)[name];
          return value === undefined || value === null
            ? null
            : typeof value === 'object'
              ? JSON.stringify(value)
              : String(value);
        }),
        type: 'STRING' as const,
      }));
    const parquet = (rows: readonly object[]): Buffer =>
      Buffer.from(
        parquetWriteBuffer({ columnData: columns(rows, [...new Set(rows.flatMap((row) => Object.keys(row)))]) }),
      );
    const all = { ...OBSERVATIONS[0] };
    for (const [names, contents] of [
      [
        ['observations.jsonl', 'scores.jsonl'],
        [OBSERVATIONS, SCORES],
      ],
      [
        ['observations.csv', 'scores.csv'],
        [
          csv(
            OBSERVATIONS.map((row) => ({
              ...all,
              latency: '',
              status_message: '',
              total_cost: '',
              tags: '',
              end_time: '',
              provided_model_name: '',
              usage_details: '',
              level: '',
              output: '',
              name: '',
              ...row,
            })),
          ),
          csv(SCORES),
        ],
      ],
      [
        ['observations.parquet', 'scores.parquet'],
        [parquet(OBSERVATIONS), parquet(SCORES)],
      ],
    ] as const) {
      const { ledger, file, ...on } = await desk(t);
      const paths = names.map((name, i) => file(name, contents[i] as string));
      const { files } = await on.importWith({ scales }, ...paths);
      assert.deepEqual(
        files.map(({ format }) => format),
        ['langfuse-observations', 'langfuse-scores'],
        names[0],
      );
      assert.deepEqual(await logged(ledger), {
        'How do I reset it?': { task: 'help', 'gpt-5-mini': 1 },
        'Is it blue?': { 'gpt-5-mini': 0 },
      });
      const use = await taken(ledger, 'gpt-5-mini');
      assert.deepEqual(use, { answers: 2, failed: 1, cost: 0.003, tokens: 22, latency: 2000 });
    }
  });

  test('a score of which nobody said the range is asked for', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const only = [SCORES[0]!];
    const message = await on.refused(file('scores.jsonl', [...only, ...only]));
    assert.equal(
      message,
      'scores.jsonl, line 1: helpful: expected a score from 0 to 1, or the range of "helpful" ' +
        `(--scale 'helpful=WORST..BEST'), got 4`,
    );
    assert.deepEqual(await ledger.catalog.list(), []);
    const beyond = on.importWith({ scales: new Map([['helpful', [1, 3]]]) }, file('scores.jsonl', [...only, ...only]));
    await assert.rejects(beyond, /helpful: expected a score from 1 to 3, got 4/);
  });

  test('scores of a worst value that is the larger', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const rows = OBSERVATIONS.slice(0, 1).map((row) => ({
      ...row,
      scores: [{ name: 'rank', value: 2, source: 'API' }],
    }));
    await on.importWith({ scales: new Map([['rank', [5, 1]]]) }, file('o.jsonl', [...rows, OBSERVATIONS[2]]));
    assert.deepEqual(await logged(ledger), { 'How do I reset it?': { task: 'help', 'gpt-5-mini': 0.75 } });
  });
});

test('OpenAI: a batch’s answers meet their requests, in whatever order', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const output = (id: string, body: object, status = 200): object => ({
    id: `batch_req_${id}`,
    custom_id: id,
    response: { status_code: status, request_id: `r${id}`, body },
    error: null,
  });
  const answers = file('output.jsonl', [
    output('2', { error: { message: 'bad', type: 'server_error' } }, 500),
    output('1', {
      id: 'chatcmpl-9',
      object: 'chat.completion',
      created: 1793527200,
      model: 'gpt-5-mini-2025-08-07',
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    }),
  ]);
  const requests = file(
    'input.jsonl',
    ['1', '2'].map((id) => ({
      custom_id: id,
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'gpt-5-mini', metadata: { task: 'sums' }, messages: [{ role: 'user', content: `Add ${id}` }] },
    })),
  );
  await on.import(answers, requests);
  assert.deepEqual(await logged(ledger), { 'Add 1': { task: 'sums' }, 'Add 2': { task: 'sums' } });
  assert.deepEqual(await taken(ledger, 'gpt-5-mini-2025-08-07'), {
    answers: 1,
    failed: 0,
    cost: NaN,
    tokens: 4,
    latency: 0,
  });
  assert.equal((await taken(ledger, 'gpt-5-mini'))['failed'], 1);
});

test('OpenAI: stored completions, listed as its API answers them', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const stored = {
    id: 'chatcmpl-5',
    object: 'chat.completion',
    created: 1793527200,
    model: 'gpt-5',
    metadata: { task: 'chat', score: '0.5' },
    messages: [{ id: 'm1', role: 'user', content: 'Hello there' }],
    usage: { prompt_tokens: 2, completion_tokens: 8, total_tokens: 10 },
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  };
  const { files } = await on.import(
    file(
      'stored.json',
      JSON.stringify({ object: 'list', data: [stored, { ...stored, id: 'chatcmpl-6', messages: undefined }] }),
    ),
  );
  assert.deepEqual([files[0]!.interactions, files[0]!.calls], [1, 1]);
  assert.deepEqual(await logged(ledger), { 'Hello there': { task: 'chat', 'gpt-5': 0.5 } });
});

test('Helicone: requests with ratings and scores', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const request = {
    request_id: 'h1',
    request_created_at: '2026-11-01T10:00:00+00:00',
    response_created_at: '2026-11-01T10:00:01+00:00',
    request_model: 'gpt-5-mini',
    response_model: 'gpt-5-mini',
    request_body: { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Translate: chat' }] },
    response_body: {},
    prompt_tokens: 4,
    completion_tokens: 6,
    delay_ms: 900,
    costUSD: 0.0001,
    response_status: 200,
    feedback_rating: true,
    scores: { fluency: 80 },
    request_properties: { task: 'translation' },
  };
  const rows = [request, { ...request, request_id: 'h2', response_status: 429, feedback_rating: null, scores: {} }];
  await on.importWith({ scales: new Map([['fluency', [0, 100]]]) }, file('helicone.jsonl', rows));
  assert.deepEqual(await logged(ledger), { 'Translate: chat': { task: 'translation', 'gpt-5-mini': 0.9 } });
  assert.deepEqual(await taken(ledger, 'gpt-5-mini'), { answers: 2, failed: 1, cost: 0.0001, tokens: 6, latency: 900 });
});

test('RouterBench’s table and LLMRouterBench’s records', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const bench = [
    {
      sample_id: 'mmlu.1',
      prompt: '["Which is a metal? A) iron"]',
      eval_name: 'mmlu',
      'gpt-4': '1.0',
      'mistral-7b': '0.0',
      'gpt-4|model_response': "['A']",
      'mistral-7b|model_response': "['B']",
      'gpt-4|total_cost': '0.002',
      'mistral-7b|total_cost': '0.0001',
      oracle_model_to_route_to: 'gpt-4',
    },
  ];
  const records = [
    {
      origin_query: 'What is 1 + 1?',
      prompt: 'Q: 1 + 1',
      prediction: '2',
      ground_truth: '2',
      score: 1,
      prompt_tokens: 5,
      completion_tokens: 1,
      cost: 0.00001,
    },
    {
      origin_query: 'What is 2 + 2?',
      prompt: 'Q: 2 + 2',
      prediction: '5',
      ground_truth: '4',
      score: 0,
      prompt_tokens: 5,
      completion_tokens: 1,
      cost: 0.00001,
    },
  ];
  await on.import(file('routerbench.csv', csv(bench)));
  const path = file('records.jsonl', records);
  assert.match(
    await on.refused(path),
    /^records\.jsonl, line 1: model: expected the LLM \(a column, or --set model=ID\)/,
  );
  await on.importWith({ set: { model: 'qwen', task: 'sums' } }, path);
  assert.deepEqual(await logged(ledger), {
    'Which is a metal? A) iron': { task: 'mmlu', 'gpt-4': 1, 'mistral-7b': 0 },
    'What is 1 + 1?': { task: 'sums', qwen: 1 },
    'What is 2 + 2?': { task: 'sums', qwen: 0 },
  });
});

test('battles of RouteLLM and Chatbot Arena; a tie is a win of each', async (t) => {
  const { ledger, file, ...on } = await desk(t);
  const routellm = [
    {
      id: '1',
      model_a: 'a',
      model_b: 'b',
      prompt: '["Hi there", "And now?"]',
      winner_model_a: 1,
      winner_model_b: 0,
      winner_tie: 0,
    },
    { id: '2', model_a: 'a', model_b: 'b', prompt: '["Why?"]', winner_model_a: 0, winner_model_b: 0, winner_tie: 1 },
  ];
  const turns = [
    { role: 'user', content: 'Tell a joke' },
    { role: 'assistant', content: 'No.' },
  ];
  const arena = [
    {
      question_id: 'q',
      model_a: 'a',
      model_b: 'c',
      winner: 'model_b',
      conversation_a: turns,
      conversation_b: turns,
      tstamp: 1682351591.13,
    },
    {
      question_id: 'r',
      model_a: 'a',
      model_b: 'c',
      winner: 'tie (bothbad)',
      conversation_a: turns,
      conversation_b: turns,
      tstamp: 1682351592,
    },
  ];
  const { preferences } = await on.import(
    file('routellm.csv', csv(routellm)),
    file('arena.json', JSON.stringify(arena)),
  );
  assert.equal(preferences, 6);
  const { queries, preferences: pairs, llms } = await allRows(ledger);
  const told = Array.from(pairs.query, (q, i) =>
    [[...queries][q]!.text, llms[pairs.better[i]!]!.id, llms[pairs.worse[i]!]!.id].join(' '),
  );
  assert.deepEqual(told.toSorted(), [
    'Hi there a b',
    'Tell a joke a c',
    'Tell a joke c a',
    'Tell a joke c a',
    'Why? a b',
    'Why? b a',
  ]);
});

describe('tables', () => {
  test('of our columns, or mapped ones, from CSV with commas, tabs and semicolons, and Parquet', async (t) => {
    const rows = [
      { question: 'One?', llm: 'a', stars: 5, meta: '{"kind": "k"}' },
      { question: 'Two,\n"lines"?', llm: 'b', stars: 1, meta: '{}' },
    ];
    const parted = (sep: string): string => csv(rows).replaceAll(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/g, sep);
    const column = (name: keyof (typeof rows)[0]) => ({ name, data: rows.map((row) => row[name]) });
    const parquet = Buffer.from(
      parquetWriteBuffer({ columnData: [column('question'), column('llm'), column('stars'), column('meta')] }),
    );
    for (const [name, content] of [
      ['log.csv', csv(rows)],
      ['log.tsv', parted('\t')],
      ['german.csv', parted(';')],
      ['no-name', csv(rows)],
      ['log.csv.gz', csv(rows)],
      ['log.parquet', parquet],
    ] as const) {
      const { ledger, file, ...on } = await desk(t);
      const map = new Map([
        ['question', 'query'],
        ['llm', 'model'],
        ['stars', 'score'],
        ['meta.kind', 'task'],
      ]);
      const report = await on.importWith({ map, scales: new Map([['score', [1, 5]]]) }, file(name, content));
      assert.equal(report.interactions, 2, name);
      assert.deepEqual(await logged(ledger), { 'One?': { task: 'k', a: 1 }, 'Two,\n"lines"?': { b: 0 } }, name);
    }
    const { ledger, file, ...on } = await desk(t);
    await on.import(file('ours.csv', 'query,model,score,latency_ms\nq,m,0.5,100\n'));
    assert.deepEqual(await logged(ledger), { q: { m: 0.5 } });
  });

  test('a broken row is named, and passed over where that is asked for', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const path = file('log.csv', 'query,model,score\none,a,1\ntwo,a\nthree,a,high\nfour,a,0\n');
    assert.match(await on.refused(path), /^log\.csv: Invalid Record Length: .* on line 3/);
    const broken: { where: string; message: string }[] = [];
    const { files } = await on.importWith({ onBroken: (row) => broken.push(row) }, path);
    assert.deepEqual([files[0]!.interactions, files[0]!.broken], [2, 2]);
    assert.deepEqual(broken.map(({ message }) => message.replace(/.*\//, '')).toSorted(), [
      'Invalid Record Length: columns length is 3, got 2 on line 3',
      'log.csv, line 4: score: expected a number, got "high"',
    ]);
    assert.deepEqual(await logged(ledger), { one: { a: 1 }, four: { a: 0 } });
  });

  test('a pickle is never read: what makes a table of it is said', async (t) => {
    const { file, ...on } = await desk(t);
    const message = await on.refused(file('routerbench_0shot.pkl', Buffer.from([0x80, 4, 0x95, 0, 1, 2])));
    assert.match(message, /got a Python pickle, which could run anything; make one with: python3 -c "import pandas/);
  });

  test('a broken Parquet file is refused', async (t) => {
    const { file, ...on } = await desk(t);
    const whole = Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'query', data: ['a', 'b'] }] }));
    assert.match(
      await on.refused(file('cut.parquet', whole.subarray(0, -6))),
      /^cut\.parquet: expected a Parquet file/,
    );
  });
});

describe('importing again', () => {
  test('takes of a log that grew only what is new, by ids where there are', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    await on.import(file('spend.jsonl', LITELLM));
    const more = { ...LITELLM[0]!, request_id: 'chatcmpl-3', spend: 0.004 };
    // Another export has other columns, and the same requests.
    const grown = [...LITELLM, more].map((row) => ({ ...row, exported: 'later' }));
    const { files } = await on.import(file('grown.jsonl', grown.toReversed()));
    assert.deepEqual([files[0]!.entries, files[0]!.repeated, files[0]!.interactions], [3, 2, 1]);
    assert.equal((await taken(ledger, 'gpt-4o-mini'))['answers'], 3);
    assert.equal((await on.import(file('grown.jsonl', grown.toReversed()))).files[0]!.status, 'skipped');
  });

  test('goes by what a row says where it has no id', async (t) => {
    const { file, ...on } = await desk(t);
    await on.import(file('a.csv', 'query,model,score\none,a,1\none,a,1\ntwo,a,0\n'));
    const { files } = await on.import(
      file('b.csv', 'query,model,score\none,a,1\nthree,a,1\none,a,1\none,a,1\ntwo,a,0\n'),
    );
    assert.deepEqual([files[0]!.repeated, files[0]!.interactions], [3, 2]);
  });
});

test('a preview shows what each column becomes, and the first rows, and writes nothing', async (t) => {
  const { ledger, file } = await desk(t);
  const [preview] = await previewFiles([file('spend.jsonl', LITELLM)]);
  assert.equal(preview!.title, 'LiteLLM spend logs');
  const becomes = Object.fromEntries(preview!.columns.map(({ column, becomes: to }) => [column, to]));
  assert.deepEqual(
    [becomes['request_id'], becomes['spend'], becomes['messages'], becomes['model_group'], becomes['cache_hit']],
    ['id', 'cost_usd', 'query', 'model', null],
  );
  assert.deepEqual(
    preview!.rows.map(({ records }) => (records as { kind: string }[]).map(({ kind }) => kind)),
    [['interaction'], ['call']],
  );
  assert.deepEqual(await ledger.catalog.list(), []);
});

test('one wrong line among a tool’s own is named with its field', async (t) => {
  const { file, ...on } = await desk(t);
  const wrong = { ...LITELLM[0]!, request_id: 'x', prompt_tokens: 'many' };
  assert.match(
    await on.refused(file('spend.jsonl', [...LITELLM, wrong])),
    /^spend\.jsonl, line 3: prompt_tokens: expected a number, got "many"$/,
  );
  const cut = `${LITELLM.map((row) => JSON.stringify(row)).join('\n')}\n{"request_id": "y", \n`;
  const broken: string[] = [];
  const { files } = await on.importWith({ onBroken: ({ where }) => broken.push(where) }, file('cut.jsonl', cut));
  assert.deepEqual([files[0]!.broken, broken.length, files[0]!.interactions], [1, 1, 1]);
});
