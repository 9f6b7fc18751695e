import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DecisionSummary } from '../../src/schema/decision.js';
import type { RouteResponse } from '../../src/schema/route.js';
import type { Ledger } from '../../src/store/open.js';
import { uuid7 } from '../../src/base/uuid.js';
import { decisionRecord } from '../support/decision.js';
import { ask, makeKey, startService, type Service } from './service.js';

interface Event {
  event: string;
  data: { subjects?: string[]; decisions?: DecisionSummary[]; more?: boolean };
  /** When it came, in milliseconds. */
  at: number;
}

/** Somebody who listens. */
interface Listener {
  events: Event[];
  response: IncomingMessage;
  ended: Promise<unknown>;
  leave(): void;
}

let looks = 0;
let isBroken = false;
const counted = (ledger: Ledger): Ledger => ({
  ...ledger,
  decisions: {
    ...ledger.decisions,
    arrived(...asked) {
      looks++;
      return isBroken ? Promise.reject(new Error('the disk is gone')) : ledger.decisions.arrived(...asked);
    },
  },
});

let service: Service;
beforeEach(async () => {
  [looks, isBroken] = [0, false];
  service = await startService({ around: counted, app: { heartbeatMs: 100 } });
});
afterEach(() => service.remove());

async function listen(headers: Record<string, string> = {}): Promise<Listener> {
  const request = get(`${service.url}/v1/events`, { headers, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const events: Event[] = [];
  let text = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    const blocks = (text + part).split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const [, event, data] = /^id: \d+\nevent: (\w+)\ndata: (.*)$/.exec(block) ?? [];
      if (event !== undefined) events.push({ event, data: JSON.parse(data!) as Event['data'], at: Date.now() });
    }
  });
  response.on('error', () => undefined);
  const ended = new Promise((resolve) => response.on('close', resolve));
  await until(() => response.statusCode !== 200 || events.length > 0, 'the first event');
  return { events, response, ended, leave: () => void request.destroy() };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (condition()) return;
    await pause(10);
  }
  assert.fail(`waited in vain for ${what}`);
}

const route = async (query: string): Promise<string> =>
  ((await ask(service, 'POST', '/v1/route', { query })).body as RouteResponse).decision_id;
const told = ({ events }: Listener): string[] =>
  events.flatMap(({ data }) => data.decisions?.map((one) => one.decision_id) ?? []);
const changes = ({ events }: Listener): string[] => events.flatMap(({ data }) => data.subjects ?? []);

test('what is decided and what changes is told, as other calls have it, at most once a second', async () => {
  const listener = await listen();
  assert.match(listener.response.headers['content-type'] ?? '', /^text\/event-stream/);
  assert.deepEqual(listener.events[0], { ...listener.events[0], event: 'changed', data: { subjects: [] } });
  // At once: what comes before it is looked for the first time is told, too.
  const first = await route('first');
  await ask(service, 'PUT', '/v1/policies/night', { cost_weight: 1 });
  await until(() => told(listener).length === 1, 'the first decision');
  const [shown] = listener.events.find(({ event }) => event === 'decisions')!.data.decisions!;
  const { body } = await ask(service, 'GET', '/v1/decisions');
  assert.deepEqual(DecisionSummary.parse(shown), (body as { decisions: unknown[] }).decisions[0]);
  await until(() => changes(listener).includes('policies'), 'the policy');
  const second = await route('second');
  await until(() => told(listener).length === 2, 'the second decision');
  assert.deepEqual(told(listener), [first, second]);
  assert.ok(changes(listener).includes('decisions'));
  const times = listener.events.filter(({ event }) => event === 'decisions').map(({ at }) => at);
  assert.ok(times[1]! - times[0]! > 700, `${times[1]! - times[0]!} ms apart`);
  listener.leave();
});

test('a long query is cut, and never within a character', async () => {
  const listener = await listen();
  await route(`a${'😀'.repeat(2_000)}`);
  await until(() => told(listener).length === 1, 'the decision');
  const { data } = listener.events.find(({ event }) => event === 'decisions')!;
  assert.equal(data.decisions![0]!.query, `a${'😀'.repeat(499)}…`);
  listener.leave();
});

test('nothing is lost of one millisecond, or of a process that writes later what it decided before', async () => {
  const listener = await listen();
  const now = Date.now();
  const ids = Array.from({ length: 3 }, (_, i) => uuid7(now, i + 1));
  await service.ledger.decisions.append([decisionRecord(ids[1]!, { at: now })]);
  await until(() => told(listener).length === 1, 'one');
  await service.ledger.decisions.append([decisionRecord(ids[2]!, { at: now })]);
  await service.ledger.decisions.append([decisionRecord(ids[0]!, { at: now })]);
  await until(() => told(listener).length === 3, 'the others');
  assert.deepEqual(told(listener), [ids[1], ids[2], ids[0]], 'newest first of each event');
  listener.leave();
});

test('of many, the newest are told, and that there are more', async () => {
  const listener = await listen();
  const now = Date.now();
  const ids = Array.from({ length: 40 }, (_, i) => uuid7(now, i + 1));
  await service.ledger.decisions.append(ids.map((id) => decisionRecord(id, { at: now })));
  await until(() => told(listener).length > 0, 'the decisions');
  const { data } = listener.events.find(({ event }) => event === 'decisions')!;
  assert.deepEqual([data.decisions!.map((one) => one.decision_id), data.more], [ids.toReversed().slice(0, 25), true]);
  listener.leave();
});

test('many listeners cost one look a second, and none where nobody listens', async () => {
  await pause(1_200);
  assert.equal(looks, 0);
  const listeners = await Promise.all(Array.from({ length: 10 }, () => listen()));
  const id = await route('for all');
  await until(() => listeners.every((one) => told(one).includes(id)), 'all of them');
  const before = looks;
  await pause(2_000);
  assert.ok(looks - before <= 3, `${looks - before} looks in two seconds`);
  for (const listener of listeners) listener.leave();
  await pause(200);
  const left = looks;
  await pause(1_300);
  assert.equal(looks, left);
});

test('a look that fails loses nothing, and is told of in the log', async () => {
  const listener = await listen();
  await until(() => looks > 1, 'a look');
  isBroken = true;
  const id = await route('meanwhile');
  await until(() => service.logLines.some((line) => line.includes('the disk is gone')), 'a line in the log');
  isBroken = false;
  await until(() => told(listener).includes(id), 'the decision');
  listener.leave();
});

test('who reads too slowly is told the names later, and that there were more', async () => {
  const slow = await listen();
  slow.response.pause();
  // More than sockets and the buffers of both ends hold.
  const text = 'x'.repeat(90_000);
  for (let i = 0; i < 8; i++) {
    const now = Date.now();
    const some = Array.from({ length: 25 }, (_, n) => decisionRecord(uuid7(now, n + 1), { at: now, task: text }));
    await service.ledger.decisions.append(some);
    if (i === 5) await ask(service, 'PUT', '/v1/policies/late', { cost_weight: 1 });
    await pause(1_000);
  }
  const id = await route('the last');
  await pause(1_500);
  slow.response.resume();
  await until(() => changes(slow).includes('policies'), 'the policy');
  assert.ok(told(slow).length < 201, `${told(slow).length} decisions told`);
  const last = slow.events.findLast(({ event }) => event === 'decisions')!;
  assert.ok(last.data.more || told(slow).includes(id));
  slow.leave();
});

test('the stream ends when keys change: who may still listen comes back', async () => {
  const open = await listen();
  const key = await makeKey(service, { name: 'reader', scopes: ['read'] });
  await open.ended;
  assert.ok(changes(open).includes('keys'));
  assert.equal((await fetch(`${service.url}/v1/events`)).status, 401);
  const listener = await listen({ authorization: `Bearer ${key.key}` });
  assert.equal(listener.response.statusCode, 200);
  listener.leave();
});

test('a stop of the service ends it', async () => {
  const listener = await listen();
  await service.close();
  await listener.ended;
  assert.equal(listener.response.complete, true);
});
