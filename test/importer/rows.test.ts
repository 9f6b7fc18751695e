import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_LINE_BYTES } from '../../src/importer/lines.js';
import { allRows } from '../store/support.js';
import { desk } from './support.js';

/** Means of scores by LLM. */
const means = async (ledger: { feedback: { stats(): Promise<{ id: string; meanScore: number }[]> } }) =>
  Object.fromEntries((await ledger.feedback.stats()).map(({ id, meanScore }) => [id, meanScore]));

const OBSERVATION = {
  id: 'o1',
  trace_id: 't1',
  type: 'GENERATION',
  start_time: '2026-11-01T10:00:00.000Z',
  provided_model_name: 'm',
  input: 'Hello?',
};
const SCORE = { id: 's1', trace_id: 't1', name: 'ok', value: 1, data_type: 'NUMERIC', source: 'API' };

describe('nothing is lost and nothing doubled', () => {
  test('rows of one query for several LLMs in a table with ids that are no rows’', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    await on.import(file('a.csv', 'id,query,model,score\n1,hello,m1,1\n1,hello,m2,0\n2,bye,m1,0.5\n2,bye,m2,0.25\n'));
    await on.import(file('b.csv', 'id,query,model,score\n1,other,m1,1\n2,thing,m2,0\n'));
    assert.equal((await ledger.feedback.counts()).interactions, 6);
  });

  test('many battles of one question', async (t) => {
    const { file, ...on } = await desk(t);
    const battle = (b: string, winner: string) => ({ question_id: 81, model_a: 'a', model_b: b, winner, prompt: 'Hi' });
    const rows = [battle('b', 'model_a'), battle('c', 'model_b'), battle('c', 'both_bad'), battle('a', 'tie')];
    assert.equal((await on.import(file('mt.jsonl', rows))).preferences, 4);
  });

  test('scores that come after what they are of, which is read again for them', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const observations = file('observations.jsonl', [OBSERVATION, { ...OBSERVATION, id: 'o2', trace_id: 't2' }]);
    await on.import(observations);
    const scores = file('scores.jsonl', [SCORE, SCORE]);
    assert.equal((await on.import(scores)).unjoined, 1);
    const report = await on.import(observations, scores);
    assert.deepEqual([report.interactions, report.unjoined], [1, 0]);
    assert.deepEqual(await means(ledger), { m: 1 });
    assert.equal((await ledger.feedback.stats())[0]!.interactions, 2);
  });

  test('scores and observations in one document', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    await on.import(file('trace.json', JSON.stringify({ id: 't1', observations: [OBSERVATION], scores: [SCORE] })));
    assert.deepEqual(await means(ledger), { m: 1 });
  });

  test('ratings that are given later, by an id that is the row’s', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const row = { request_id: 'h', request_created_at: '2026-11-01T10:00:00Z', request_model: 'm', request_body: 'Hi' };
    await on.import(file('a.jsonl', [row, { ...row, request_id: 'i' }]));
    await on.import(
      file('b.jsonl', [
        { ...row, feedback_rating: false },
        { ...row, request_id: 'i' },
      ]),
    );
    const [stats] = await ledger.feedback.stats();
    assert.deepEqual([stats!.interactions, stats!.scored, stats!.meanScore], [2, 1, 0]);
  });

  test('ids of more digits than a number holds', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const line = (id: string): string => `{"request_id": ${id}, "request_model": "m", "request_body": "q ${id}"}\n`;
    await on.import(file('big.jsonl', line('1234567890123456789') + line('1234567890123456790')));
    assert.equal((await ledger.feedback.counts()).queries, 2);
  });

  test('a range that nobody said ends the import, also where broken rows are passed over', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const path = file('stars.csv', 'query,model,score\na,good,5\nb,bad,1\n');
    await assert.rejects(on.importWith({ onBroken: () => undefined }, path), /the range of "score"/);
    assert.deepEqual(await ledger.catalog.list(), []);
    await on.importWith({ scales: new Map([['score', [1, 5]]]) }, path);
    assert.deepEqual(await means(ledger), { bad: 0, good: 1 });
  });

  test('a file of which rows were passed over is read again once it is corrected', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const path = file('a.csv', 'query,model,score\na,m,1\nb,m,x\n');
    await on.importWith({ onBroken: () => undefined }, path);
    const again = await on.importWith({ onBroken: () => undefined }, path);
    assert.deepEqual([again.files[0]!.status, again.interactions, again.files[0]!.repeated], ['imported', 0, 1]);
    assert.equal((await ledger.feedback.counts()).interactions, 1);
  });

  test('an answer of a batch whose id two requests have is refused', async (t) => {
    const { file, ...on } = await desk(t);
    const request = (text: string) => ({
      custom_id: 'r1',
      method: 'POST',
      url: '/v1/x',
      body: { model: 'm', input: text },
    });
    const answer = { id: 'b', custom_id: 'r1', response: { status_code: 200, body: { model: 'm' } }, error: null };
    const [one, two] = [
      file('i1.jsonl', [request('one'), request('one')]),
      file('i2.jsonl', [request('two'), request('two')]),
    ];
    const output = file('o.jsonl', [answer, answer]);
    await assert.rejects(
      on.import(one, two, output),
      /custom_id: expected an id of one request .*, got "r1" of 2 requests/,
    );
    assert.equal((await on.import(one, output)).interactions, 1);
  });
});

describe('what rows mean', () => {
  const queries = async (content: unknown[] | string, name = 'log.jsonl', t: Parameters<typeof desk>[0]) => {
    const { ledger, file, ...on } = await desk(t);
    const report = await on.import(file(name, content as never));
    const { queries: all } = await allRows(ledger);
    return { report, ledger, texts: Array.from(all, ({ text }) => text) };
  };
  const LITELLM = {
    request_id: 'r',
    spend: 0.5,
    startTime: '2026-11-01T10:00:00Z',
    model: 'm',
    messages: [{ role: 'user', content: 'Hi' }],
  };

  test('LiteLLM: embeddings are left out, caches tell no cost and no latency, failures may name no LLM', async (t) => {
    const rows = [
      { ...LITELLM, cache_hit: 'True', request_duration_ms: 3 },
      { ...LITELLM, request_id: 's', call_type: 'aembedding', model: 'emb' },
      { ...LITELLM, request_id: 'u', status: 'failure', model: '' },
    ];
    const { report, ledger } = await queries(rows, 'spend.jsonl', t);
    assert.deepEqual([report.interactions, report.files[0]!.ignored], [1, 2]);
    const [stats] = await ledger.feedback.stats();
    assert.deepEqual([stats!.id, stats!.costUsd, stats!.usage], ['m', NaN, []]);
  });

  test('OpenLLMetry’s numbered prompts, and its embeddings', async (t) => {
    const span = (spanId: string, attributes: object) => ({ spanId, traceId: 't', attributes, start_time: null });
    const rows = [
      span('1', {
        'llm.request.type': 'chat',
        'gen_ai.request.model': 'm',
        'gen_ai.prompt.0.role': 'user',
        'gen_ai.prompt.0.content': 'Why?',
      }),
      span('2', { 'llm.request.type': 'embedding', 'gen_ai.request.model': 'e' }),
    ];
    const { report, texts } = await queries(rows, 'spans.jsonl', t);
    assert.deepEqual([texts, report.files[0]!.ignored], [['Why?'], 1]);
  });

  test('a query in a table is the text there, and of a chat what the user said, not a tool', async (t) => {
    const rows =
      'query,model\n"{""city"":""Paris""}",m\n"[1, 2, 3]",m\n"[{""role"":""user"",""content"":""Said""}]",m\n';
    const { texts } = await queries(rows, 'q.csv', t);
    assert.deepEqual(texts.toSorted(), ['Said', '[1, 2, 3]', '{"city":"Paris"}']);
    const chat = [
      { role: 'user', content: [{ type: 'text', text: 'Weather in Paris?' }] },
      { role: 'user', content: [{ type: 'tool_result', content: '{"temp": 21}' }] },
    ];
    const tool = await queries(
      [
        { ...LITELLM, messages: chat },
        { ...LITELLM, request_id: 'v' },
      ],
      'tool.jsonl',
      t,
    );
    assert.deepEqual(tool.texts.toSorted(), ['Hi', 'Weather in Paris?']);
  });

  test('blank scores are none, commas decimal beside semicolons, costs of Helicone’s table billionths', async (t) => {
    const blank = await queries('query,model,score\nq,m,  \nr,m,0.5\n', 'blank.csv', t);
    assert.deepEqual(await means(blank.ledger), { m: 0.5 });
    const german = await queries('query;model;score\nq;m;0,8\n', 'de.csv', t);
    assert.ok(Math.abs((await means(german.ledger))['m']! - 0.8) < 1e-6);
    const tabs = await queries('query\tmodel\tscore\nq\tm\t1\n', 'tabs.csv', t);
    assert.deepEqual(await means(tabs.ledger), { m: 1 });
    const helicone = { request_id: 'h', request_model: 'm', request_body: 'Hi', cost: 1_125_000 };
    const cost = await queries([helicone, { ...helicone, request_id: 'i', cost: 0.002 }], 'h.jsonl', t);
    assert.equal((await cost.ledger.feedback.stats())[0]!.costUsd.toFixed(7), ((0.001125 + 0.002) / 2).toFixed(7));
  });

  test('times that nobody can tell are refused, not guessed', async (t) => {
    const { file, ...on } = await desk(t);
    for (const at of ['11/29/2025', '20251129', '1e40', 'soon'])
      assert.match(
        await on.refused(file('t.csv', `query,model,at\nq,m,${at}\n`)),
        /t\.csv, line 2: at: expected a time, got/,
      );
  });

  test('a line that is not UTF-8 is passed over where that is asked for', async (t) => {
    const { ledger, file, ...on } = await desk(t);
    const line = (query: string): Buffer => Buffer.from(`{"query":"${query}","model":"m","score":1}\n`);
    const latin = Buffer.concat([line('a'), Buffer.from('{"query":"\u00e9","model":"m"}\n', 'latin1'), line('b')]);
    const broken: string[] = [];
    const path = file('latin.jsonl', latin);
    const { files } = await on.importWith({ onBroken: ({ where }) => broken.push(where.replace(/.*\//, '')) }, path);
    assert.deepEqual([files[0]!.interactions, files[0]!.broken, broken], [2, 1, ['latin.jsonl, line 2']]);
    assert.equal((await ledger.feedback.counts()).interactions, 2);
  });

  test('text that is not UTF-8 is refused, wherever it stands', async (t) => {
    const { file, ...on } = await desk(t);
    // Further than the part that the layout is told by; by few long rows, as many short ones take minutes.
    const row = `${'q'.repeat(50_000)},m\n`;
    const rows = `query,model\n${row.repeat(Math.ceil((2 * MAX_LINE_BYTES) / row.length))}`;
    const latin = Buffer.concat([Buffer.from(rows), Buffer.from([0x71, 0x2c, 0xe9, 0x0a])]);
    assert.match(await on.refused(file('latin.csv', latin)), /latin\.csv: expected UTF-8 text, got other bytes/);
  });
});
