/**
 * Import of other tools' logs: rows a second, and the most memory, of each format, a broken line in the middle. Rows
 * are made up in the tool's form. Usage:
 *
 *     node dist/scripts/bench/import-logs.js [ROWS] [FORMAT…] (default 200000, all)
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parquetWriteFile } from 'hyparquet-writer';
import { importFiles } from '../../src/importer/index.js';
import { openLedger } from '../../src/store/open.js';

const START = Date.UTC(2026, 9, 1);
const LLMS = ['gpt-5-mini', 'claude-haiku-4-5', 'mistral-small', 'qwen3-32b'];

const llmOf = (i: number): string => LLMS[i % LLMS.length]!;
const textOf = (i: number): string =>
  `Question ${i >> 2}: a train leaves at ${i % 24}:${10 + (i % 50)}; when does it arrive?`;
const at = (i: number): string => new Date(START + 1000 * i).toISOString();
const chat = (i: number): object[] => [{ role: 'user', content: textOf(i) }];

const attributes = (of: Record<string, string | number>): object[] =>
  Object.entries(of).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));

const observation = (i: number): Record<string, unknown> => ({
  id: `o${i}`,
  trace_id: `t${i}`,
  type: 'GENERATION',
  start_time: at(i),
  latency: 1.25,
  provided_model_name: llmOf(i),
  input: JSON.stringify(chat(i)),
  usage_details: '{"input": 20, "output": 80}',
  total_cost: 0.001,
  level: 'DEFAULT',
});

/** Rows of each format, by its name. */
const ROWS: Record<string, (i: number) => Record<string, unknown>> = {
  'LiteLLM JSONL': (i) => ({
    request_id: `r${i}`,
    spend: 0.001,
    prompt_tokens: 20,
    completion_tokens: 80,
    startTime: at(i),
    endTime: at(i + 1),
    model: llmOf(i),
    model_group: llmOf(i),
    messages: chat(i),
    status: 'success',
  }),
  'LiteLLM CSV': (i) => ({
    request_id: `r${i}`,
    spend: 0.001,
    prompt_tokens: 20,
    completion_tokens: 80,
    startTime: at(i),
    endTime: at(i + 1),
    model: llmOf(i),
    model_group: llmOf(i),
    messages: JSON.stringify(chat(i)),
    status: 'success',
  }),
  'OpenTelemetry JSONL': (i) => ({
    resourceSpans: [
      {
        scopeSpans: [
          {
            spans: [
              {
                traceId: `t${i}`,
                spanId: `s${i}`,
                startTimeUnixNano: `${START + 1000 * i}000000`,
                endTimeUnixNano: `${START + 1000 * i + 800}000000`,
                attributes: attributes({
                  'gen_ai.operation.name': 'chat',
                  'gen_ai.response.model': llmOf(i),
                  'gen_ai.usage.input_tokens': 20,
                  'gen_ai.usage.output_tokens': 80,
                  'gen_ai.input.messages': JSON.stringify([
                    { role: 'user', parts: [{ type: 'text', content: textOf(i) }] },
                  ]),
                }),
              },
            ],
          },
        ],
      },
    ],
  }),
  'OpenInference JSONL': (i) => ({
    context: { trace_id: `t${i}`, span_id: `s${i}` },
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.model_name': llmOf(i),
      'llm.input_messages.0.message.role': 'user',
      'llm.input_messages.0.message.content': textOf(i),
      'llm.token_count.completion': 80,
    },
    start_time: at(i),
    end_time: at(i + 1),
  }),
  'Langfuse JSONL': observation,
  'Langfuse CSV': observation,
  'Langfuse Parquet': observation,
  'OpenAI batch output': (i) => ({
    id: `b${i}`,
    custom_id: `c${i}`,
    response: {
      status_code: 200,
      body: {
        object: 'chat.completion',
        created: START / 1000 + i,
        model: llmOf(i),
        usage: { prompt_tokens: 20, completion_tokens: 80 },
      },
    },
    error: null,
  }),
  'OpenAI stored': (i) => ({
    id: `c${i}`,
    object: 'chat.completion',
    created: START / 1000 + i,
    model: llmOf(i),
    messages: chat(i),
    usage: { prompt_tokens: 20, completion_tokens: 80 },
  }),
  'Helicone JSONL': (i) => ({
    request_id: `h${i}`,
    request_created_at: at(i),
    response_model: llmOf(i),
    request_body: { messages: chat(i) },
    prompt_tokens: 20,
    completion_tokens: 80,
    delay_ms: 800,
    cost: 0.001,
    response_status: 200,
    feedback_rating: i % 2 === 0,
  }),
  'RouterBench CSV': (i) => ({
    sample_id: `s${i}`,
    prompt: textOf(4 * i),
    eval_name: 'trains',
    ...Object.fromEntries(
      LLMS.flatMap((llm) => [
        [llm, i % 2],
        [`${llm}|total_cost`, 0.001],
      ]),
    ),
  }),
  'Arena JSONL': (i) => ({
    question_id: `q${i}`,
    model_a: llmOf(i),
    model_b: llmOf(i + 1),
    winner: ['model_a', 'model_b', 'tie'][i % 3],
    conversation_a: chat(i),
    tstamp: START / 1000 + i,
  }),
  'our CSV': (i) => ({ query: textOf(i), model: llmOf(i), score: (i % 10) / 10, latency_ms: 800, at: at(i) }),
};

const cell = (value: unknown): string => {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Writes a log, and what it is joined with; a broken line stands in the middle of those that are text. */
async function writeLog(folder: string, format: string, rows: number): Promise<string[]> {
  const make = ROWS[format]!;
  if (format.endsWith('Parquet')) {
    const path = join(folder, 'log.parquet');
    const all = Array.from({ length: rows }, (_, i) => make(i));
    parquetWriteFile({
      filename: path,
      columnData: Object.keys(all[0]!).map((name) => ({ name, data: all.map((row) => row[name]) as string[] })),
      rowGroupSize: 10_000,
    });
    return [path];
  }
  const isCsv = format.endsWith('CSV');
  const path = join(folder, isCsv ? 'log.csv' : 'log.jsonl');
  const out = createWriteStream(path);
  const write = async (line: string): Promise<void> => {
    if (!out.write(`${line}\n`)) await once(out, 'drain');
  };
  if (isCsv) await write(Object.keys(make(0)).map(cell).join(','));
  for (let i = 0; i < rows; i++) {
    await write(isCsv ? Object.values(make(i)).map(cell).join(',') : JSON.stringify(make(i)));
    if (i === rows >> 1) await write(isCsv ? 'broken' : '{"broken": ');
  }
  out.end();
  await once(out, 'close');
  if (format !== 'OpenAI batch output') return [path];
  const requests = join(folder, 'requests.jsonl');
  const input = createWriteStream(requests);
  for (let i = 0; i < rows; i++) {
    const body = { model: llmOf(i), messages: chat(i) };
    const line = JSON.stringify({ custom_id: `c${i}`, method: 'POST', url: '/v1/chat/completions', body });
    if (!input.write(`${line}\n`)) await once(input, 'drain');
  }
  input.end();
  await once(input, 'close');
  return [path, requests];
}

interface Measured {
  detected: string;
  records: number;
  broken: number;
  seconds: number;
  peakRssMib: number;
}

async function measure(paths: string[]): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  try {
    const ledger = await openLedger(join(folder, 'ledger.sqlite'), { clock: Date.now });
    const begun = performance.now();
    const report = await importFiles(ledger, paths, { onBroken: () => undefined });
    const seconds = (performance.now() - begun) / 1000;
    await ledger.close();
    const [first] = report.files;
    return {
      detected: first!.format,
      records: report.interactions + report.preferences + report.calls,
      broken: first!.broken,
      seconds,
      peakRssMib: process.resourceUsage().maxRSS / 1024,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function main(rows: number, formats: readonly string[]): Promise<void> {
  const results: Record<string, unknown>[] = [];
  for (const format of formats) {
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
    try {
      const paths = await writeLog(folder, format, rows);
      const child = fork(fileURLToPath(import.meta.url), ['--measure', ...paths]);
      const [found] = (await once(child, 'message')) as [Measured];
      results.push({
        format,
        detected: found.detected,
        MiB: Math.round(paths.reduce((sum, path) => sum + statSync(path).size, 0) / 2 ** 20),
        rows,
        records: found.records,
        broken: found.broken,
        seconds: found.seconds.toFixed(1),
        'rows/s': Math.round(rows / found.seconds),
        'peak RSS MiB': Math.round(found.peakRssMib),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  console.table(results);
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--measure') process.send!(await measure(rest));
else await main(Number(first ?? 200_000), rest.length > 0 ? rest : Object.keys(ROWS));
