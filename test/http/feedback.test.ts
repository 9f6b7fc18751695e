import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { v7 as uuidv7 } from 'uuid';
import { RouteResponse } from '../../src/schema/route.js';
import { withTexts } from '../../src/graph/rows.js';
import { postJson, problemIn, rowsIn, startService, type Service } from './service.js';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.remove());

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return postJson(`${service.url}/v1/feedback`, body, headers);
}

async function receiptOf(response: Response): Promise<unknown> {
  assert.equal(response.status, 201, await response.clone().text());
  return response.json();
}

async function routed(fields: object = {}): Promise<RouteResponse> {
  return RouteResponse.parse(
    await (await postJson(`${service.url}/v1/route`, { query: 'a routed query', ...fields })).json(),
  );
}

test('an interaction is stored and acknowledged, under /v1 and at the root', async () => {
  const rowsBefore = await rowsIn(service.ledger);
  assert.deepEqual(await receiptOf(await post({ query: 'q', model: 'a/small', score: 1 })), {
    interactions: 1,
    preferences: 0,
    new_models: [],
  });
  assert.deepEqual(
    await receiptOf(
      await postJson(`${service.url}/feedback`, { query: 'q', better_model: 'a/small', worse_model: 'new/llm' }),
    ),
    { interactions: 0, preferences: 1, new_models: ['new/llm'], undeclared: ['new/llm'] },
  );
  assert.equal(await rowsIn(service.ledger), rowsBefore + 2);
});

test('an answer needs no score; a signal of it is one, by its decision; the decision shows both', async () => {
  const { decision_id, model } = await routed({ query: 'a signalled query' });
  assert.deepEqual(await receiptOf(await post({ decision_id, latency_ms: 120, cost_usd: 0.001 })), {
    interactions: 1,
    preferences: 0,
    new_models: [],
  });
  assert.deepEqual(await receiptOf(await post([{ decision_id, signal: 'thumb', value: true, source: 'user' }])), {
    interactions: 0,
    preferences: 0,
    signals: 1,
    new_models: [],
  });
  const decision = (await (await fetch(`${service.url}/v1/decisions/${decision_id}`)).json()) as {
    outcomes: { model: string; score: number | null; signal?: string; source?: string }[];
  };
  assert.deepEqual(
    decision.outcomes.map(({ model: of, score, signal, source }) => [of, score, signal, source]),
    [
      [model, null, undefined, undefined],
      [model, 1, 'thumb', 'user'],
    ],
  );
  const rows = await withTexts(await service.ledger.snapshot.read(), service.ledger.snapshot.texts);
  const query = [...rows.queries].findIndex(({ text }) => text === 'a signalled query');
  assert.equal(rows.scores.score[rows.scores.query.indexOf(query)], 1);
});

test('an answer has the propensity of its decision, unless another LLM gave it', async () => {
  const { decision_id, model, propensity } = await routed({ query: 'by chance', exploration: 0.5 });
  const other = model === 'a/small' ? 'b/large' : 'a/small';
  await receiptOf(
    await post([
      { decision_id, score: 1 },
      { decision_id, model: other, score: 0 },
    ]),
  );
  const rows = await withTexts(await service.ledger.snapshot.read(), service.ledger.snapshot.texts);
  const query = [...rows.queries].findIndex(({ text }) => text === 'by chance');
  const of = (id: string): number => {
    const e = [...rows.scores.query.keys()].find(
      (at) => rows.scores.query[at] === query && (rows.llms[rows.scores.llm[at]!]!.id as string) === id,
    )!;
    return rows.scores.propensity![e]!;
  };
  assert.equal(of(model), Math.fround(propensity!));
  assert.ok(Number.isNaN(of(other)));
});

test('an array may mix interactions and preferences', async () => {
  const receipt = await receiptOf(
    await post([
      { query: 'q', model: 'a/small', score: 0 },
      { query: 'q', better_model: 'a/small', worse_model: 'b/large' },
    ]),
  );
  assert.deepEqual(receipt, { interactions: 1, preferences: 1, new_models: [] });
});

test('a decision stands in for query, task and LLM, at once', async () => {
  const { decision_id, model } = await routed({ task: 'astronomy' });
  await receiptOf(await post({ decision_id, score: 0.25 }));
  const { snapshot } = service.ledger;
  const rows = await withTexts(await snapshot.read(), snapshot.texts);
  const query = [...rows.queries].findIndex((row) => row.text === 'a routed query');
  const edge = rows.scores.query.indexOf(query);
  assert.equal(rows.llms[rows.scores.llm[edge] as number]?.id, model);
  assert.equal(rows.scores.score[edge], 0.25);
  assert.equal(rows.tasks[rows.queries.taskOf(query) as number]?.id, 'astronomy');
});

test('an escalation names another LLM than the decision chose; a preference takes its query', async () => {
  const { decision_id } = await routed({ query: 'escalated' });
  await receiptOf(
    await post([
      { decision_id, model: 'a/middle', score: 1 },
      { decision_id, better_model: 'a/middle', worse_model: 'a/small' },
    ]),
  );
  const { snapshot } = service.ledger;
  const rows = await withTexts(await snapshot.read(), snapshot.texts);
  const query = [...rows.queries].findIndex((row) => row.text === 'escalated');
  assert.equal(rows.llms[rows.scores.llm[rows.scores.query.indexOf(query)] as number]?.id, 'a/middle');
  assert.ok(rows.preferences.query.includes(query));
});

test('an unknown decision: refused alone, taken with all of its content', async () => {
  const decision_id = uuidv7();
  for (const body of [
    { decision_id, score: 1 },
    { decision_id, query: 'q', score: 1 },
    { decision_id, model: 'a/small', score: 1 },
    { decision_id, better_model: 'a/small', worse_model: 'b/large' },
  ]) {
    const problem = await problemIn(await post(body));
    assert.deepEqual([problem.code, problem.status], ['decision_not_found', 404]);
  }
  await receiptOf(await post({ decision_id, query: 'early', model: 'a/small', score: 1 }));
});

test('wrong items are refused by place, and nothing of the request is stored', async () => {
  const good = { query: 'q', model: 'a/small', score: 1 };
  const rowsBefore = await rowsIn(service.ledger);
  const cases: [unknown, string][] = [
    [{ ...good, score: 2 }, 'score'],
    [{ ...good, score: '1' }, 'score'],
    [{ ...good, score: null }, 'score'],
    [{ query: 'q', model: 'a/small', signal: 'thumb' }, 'value'],
    [{ query: 'q', model: 'a/small', signal: 'thumb', value: 'up' }, 'value'],
    [{ query: 'q', model: 'a/small', signal: 'thumb', value: true, score: 1 }, 'score'],
    [{ ...good, propensity: 0 }, 'propensity'],
    [{ ...good, rating: 5 }, 'rating'],
    [{ ...good, at: 'yesterday' }, 'at'],
    [{ ...good, decision_id: 'x' }, 'decision_id'],
    [{ ...good, latency_ms: -1 }, 'latency_ms'],
    [{ ...good, prompt_tokens: 1.5 }, 'prompt_tokens'],
    [{ model: 'a/small', score: 1 }, 'query'],
    [{ query: 'q', better_model: 'a', worse_model: 'a' }, 'worse_model'],
    [{ query: 'q', better_model: 'a' }, 'worse_model'],
    [[good, { ...good, score: 2 }], '[1].score'],
    [[good, 7], '[1]'],
    [[], ''],
    [Array.from({ length: 1001 }, () => good), ''],
  ];
  for (const [body, field] of cases) {
    const problem = await problemIn(await post(body));
    assert.equal(problem.code, 'invalid_request', JSON.stringify(body).slice(0, 80));
    assert.equal(problem.issues?.[0]?.field, field, JSON.stringify(problem.issues));
  }
  const many = await problemIn(await post(Array.from({ length: 1000 }, () => ({ score: 5, bad: 1 }))));
  assert.ok((many.issues?.length ?? 0) <= 30, 'the document stays short');
  assert.equal(await rowsIn(service.ledger), rowsBefore);
});

test('the literal NaN is no JSON: refused with its position', async () => {
  const problem = await problemIn(await post('{"query":"q","model":"a/small","score":NaN}'));
  assert.equal(problem.code, 'invalid_json');
  assert.match(problem.detail, /"N" at position 39 \(line 1, column 40\)/);
});

test('an Idempotency-Key: replays answer the first receipt and store nothing', async () => {
  const body = { query: 'once', model: 'brand/new', score: 1 };
  const headers = { 'idempotency-key': 'key-1' };
  const first = await receiptOf(await post(body, headers));
  const rows = await rowsIn(service.ledger);
  assert.deepEqual(first, { interactions: 1, preferences: 0, new_models: ['brand/new'], undeclared: ['brand/new'] });
  assert.deepEqual(await receiptOf(await post(body, headers)), first);
  assert.deepEqual(await receiptOf(await post(JSON.stringify(body, null, 2), headers)), first);
  const other = await problemIn(await post({ ...body, score: 0 }, headers));
  assert.deepEqual([other.code, other.status], ['idempotency_key_reused', 422]);
  assert.equal(await rowsIn(service.ledger), rows);
});

test('the same key from many clients at once stores one', async () => {
  const rows = await rowsIn(service.ledger);
  const receipts = await Promise.all(
    Array.from({ length: 20 }, async () =>
      receiptOf(await post({ query: 'race', model: 'a/small', score: 1 }, { 'idempotency-key': 'race' })),
    ),
  );
  for (const receipt of receipts) assert.deepEqual(receipt, receipts[0]);
  assert.equal(await rowsIn(service.ledger), rows + 1);
});

test('a wrong Idempotency-Key is refused', async () => {
  for (const key of ['', 'x'.repeat(201), 'with space'])
    assert.equal(
      (await problemIn(await post({ query: 'q', model: 'a/small', score: 1 }, { 'idempotency-key': key }))).issues?.[0]
        ?.field,
      'Idempotency-Key',
      key,
    );
});

test('parallel posts are all stored', async () => {
  const rowsBefore = await rowsIn(service.ledger);
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) =>
      receiptOf(await post({ query: `parallel ${i}`, model: 'a/small', score: 1 })),
    ),
  );
  assert.equal(await rowsIn(service.ledger), rowsBefore + 200);
});

/** Sends `request` over a socket that is open already; resolves with the status line. */
async function statusOver(socket: Socket, request: string): Promise<string> {
  socket.write(request);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString().split('\r\n')[0] as string;
}

test('posts that arrive together share a transaction', async () => {
  const sizes: number[] = [];
  const shared = await startService({
    around: (ledger) => ({
      ...ledger,
      feedback: {
        ...ledger.feedback,
        append: (batches) => (sizes.push(batches.length), ledger.feedback.append(batches)),
      },
    }),
  });
  const sockets = Array.from({ length: 32 }, () => connect(Number(new URL(shared.url).port), '127.0.0.1'));
  // A server accepts one connection per turn of its event loop: what is measured begins once all are in.
  await Promise.all(sockets.map((socket) => statusOver(socket, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')));
  const statuses = await Promise.all(
    sockets.map((socket, i) => {
      const body = JSON.stringify({ query: `together ${i}`, model: 'a/small', score: 1 });
      return statusOver(
        socket,
        `POST /v1/feedback HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ` +
          `${body.length}\r\n\r\n${body}`,
      );
    }),
  );
  for (const socket of sockets) socket.destroy();
  assert.deepEqual(new Set(statuses), new Set(['HTTP/1.1 201 Created']));
  assert.equal(await rowsIn(shared.ledger), 32);
  assert.ok(sizes.length <= 8, `${sizes.length} transactions: ${sizes.join(', ')}`);
  await shared.remove();
});

test('numbers and times that cannot be are refused by name, and leave the ledger as it is', async () => {
  const rows = await rowsIn(service.ledger);
  const ahead = new Date(Date.now() + 3 * 86_400_000).toISOString();
  const odd: [field: string, value: unknown][] = [
    ['latency_ms', 1e308],
    ['latency_ms', -1],
    ['cost_usd', 1e7],
    ['prompt_tokens', 1e10],
    ['completion_tokens', 2 ** 53 - 1],
    ['at', '0000-01-01T00:00:00Z'],
    ['at', '9999-12-31T23:59:59Z'],
    ['at', ahead],
  ];
  for (const [field, value] of odd)
    for (const list of [false, true]) {
      const item = { query: 'q', model: 'a/small', score: 1, [field]: value };
      const problem = await problemIn(await post(list ? [item] : item));
      assert.deepEqual([problem.status, problem.code], [400, 'invalid_request'], `${field} ${String(value)}`);
      assert.deepEqual(
        problem.issues?.map((issue) => issue.field),
        [list ? `[0].${field}` : field],
      );
    }
  assert.equal(await rowsIn(service.ledger), rows);
  const tomorrow = new Date(Date.now() + 3_600_000).toISOString();
  await receiptOf(await post({ query: 'q', model: 'a/small', latency_ms: 1e9, cost_usd: 1e6, at: tomorrow }));
});
