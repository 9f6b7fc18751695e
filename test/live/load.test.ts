import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { openLiveLoad, type LiveLoad } from '../../src/live/load.js';
import { MAX_PRICE, SLOT_MS } from '../../src/machines/limits.js';
import type { Ledger } from '../../src/store/open.js';
import type { LlmLimits } from '../../src/schema/profile.js';
import { keptLog } from '../decision/parts.js';
import { interaction, openFor, profile, START, tempFolder } from '../store/support.js';

const MODEL = 'm';
const PROMPT = 44;

interface Process {
  ledger: Ledger;
  load: LiveLoad;
  lines: string[];
}

/** Processes on one ledger, on a clock that the test sets. */
async function processes(
  t: TestContext,
  limits: LlmLimits,
  count = 2,
): Promise<{ all: Process[]; time: { now: number }; open(): Promise<Process> }> {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const time = { now: START };
  const clock = (): number => time.now;
  await (await openFor(t, path, { clock })).catalog.put(profile(MODEL, { limits }));
  const open = async (): Promise<Process> => {
    const ledger = await openFor(t, path, { clock, busyTimeoutMs: 25 });
    const { log, lines } = keptLog();
    return { ledger, load: await openLiveLoad({ ledger, clock, log }), lines };
  };
  const all: Process[] = [];
  for (let i = 0; i < count; i++) all.push(await open());
  return { all, time, open };
}

let number = 0;
const take = async ({ load }: Process, force = false): Promise<boolean> =>
  load.take(MODEL, PROMPT, `decision ${number++}`, force);
const price = async ({ load }: Process): Promise<number> => (await load.current(PROMPT))!.price(MODEL);
const barred = async ({ load }: Process): Promise<string | undefined> => (await load.current(PROMPT))!.barred(MODEL);

/** Most that fell into any minute. */
const fullest = (times: readonly number[]): number =>
  Math.max(...times.map((at) => times.filter((other) => other > at - 60_000 && other <= at).length));

test('where no LLM declares limits there is nothing to look at', async (t) => {
  const {
    all: [one],
  } = await processes(t, {}, 1);
  await one!.ledger.catalog.put(profile(MODEL));
  await one!.load.refresh();
  assert.equal(one!.load.current(PROMPT), null);
  assert.equal(await take(one!), true);
  assert.deepEqual(one!.load.list(), []);
});

for (const limit of [10, 300]) {
  test(`three processes send no more than ${limit} a minute, and hardly less`, async (t) => {
    const { all, time } = await processes(t, { requests_per_minute: limit }, 3);
    const rng = createRng(limit);
    const sent: number[] = [];
    let refreshed = START;
    while (time.now < START + 240_000) {
      time.now += Math.ceil((-Math.log(1 - rng.next()) * 20_000) / limit);
      if (time.now - refreshed >= 250) for (const { load } of all) await load.refresh();
      if (time.now - refreshed >= 250) refreshed = time.now;
      const one = all[rng.int(3)]!;
      if ((await barred(one)) === undefined && (await take(one))) sent.push(time.now);
    }
    assert.ok(fullest(sent) <= limit, `${fullest(sent)} in a minute`);
    assert.ok(sent.length >= 0.9 * 4 * limit, `${sent.length} of ${4 * limit}`);
  });
}

test('most decisions of a busy process write nothing', async (t) => {
  const {
    all: [one],
    time,
  } = await processes(t, { requests_per_minute: 60_000 }, 1);
  let claims = 0;
  const { ledger } = one!;
  const load = await openLiveLoad({
    ledger: { limits: { ...ledger.limits, claim: (asked) => (claims++, ledger.limits.claim(asked)) } },
    clock: () => time.now,
    log: keptLog().log,
  });
  for (let i = 0; i < 5_000; i++) {
    time.now = START + 2 * i;
    assert.ok(await load.take(MODEL, PROMPT, `d${i}`));
  }
  assert.ok(claims < 400, `${claims} claims in ten seconds`);
  await load.refresh();
  assert.equal(load.list()[0]!.requests!.limit, 60_000);
});

test('says why it is full, costs more the longer it is, and other processes know as soon as they look', async (t) => {
  const {
    all: [one, other],
    time,
    open,
  } = await processes(t, { requests_per_minute: 3 });
  for (let i = 0; i < 3; i++) assert.ok(await take(one!));
  assert.equal(await barred(one!), 'it is at 3 of its 3 requests a minute');
  assert.ok((await price(one!)) > MAX_PRICE + 59);
  assert.equal(await barred(other!), undefined);
  assert.equal(await take(other!), false, 'the ledger knows better');
  assert.equal(await barred(other!), await barred(one!));
  assert.equal(await barred(await open()), await barred(one!), 'after a restart too');
  assert.deepEqual(one!.load.list(), [
    {
      model: MODEL,
      requests: { used: 3, limit: 3 },
      tokens: null,
      in_flight: null,
      price: MAX_PRICE,
      full: await barred(one!),
    },
  ]);
  time.now += 30_000;
  assert.ok((await price(one!)) < MAX_PRICE + 31);
  assert.equal(await take(one!, true), true, 'by force');
  assert.equal(await barred(one!), 'it is at 4 of its 3 requests a minute');
  time.now += 30_000 + SLOT_MS;
  assert.equal(await barred(one!), undefined);
});

test('a limit on tokens holds what a query needs against it, and an answer of the usual length', async (t) => {
  const {
    all: [one],
    time,
  } = await processes(t, { tokens_per_minute: 1_000 }, 1);
  await one!.ledger.feedback.append([{ records: [interaction('q', MODEL, 1, { completion_tokens: 56 })] }]);
  await one!.load.refresh();
  for (let i = 0; i < 9; i++) assert.ok(await take(one!));
  assert.equal(one!.load.list()[0]!.tokens!.used, 900);
  const routing = (await one!.load.current(200))!;
  assert.equal(routing.barred(MODEL), 'it is at 900 of its 1000 tokens a minute');
  assert.equal(await barred(one!), undefined, 'a shorter one fits');
  assert.equal(await one!.load.take(MODEL, 200, 'long'), false);
  assert.ok(await take(one!));
  time.now += SLOT_MS;
  await one!.load.refresh();
  assert.equal(one!.load.list()[0]!.tokens!.used, 1_000);
});

test('what a process claimed ahead and did not spend is given back', async (t) => {
  const {
    all: [one, other],
    time,
  } = await processes(t, { requests_per_minute: 2_400 });
  for (let i = 0; i < 30; i++) {
    await take(one!);
    time.now += 20;
  }
  await one!.load.refresh();
  await other!.load.refresh();
  time.now += 2 * SLOT_MS;
  await one!.load.refresh();
  await other!.load.refresh();
  assert.deepEqual([one!.load.list()[0]!.requests!.used, other!.load.list()[0]!.requests!.used], [30, 30]);
});

test('places are freed by an outcome, whichever process hears of it', async (t) => {
  const {
    all: [one, other],
    time,
  } = await processes(t, { in_flight: 2 });
  const ids = ['01a21720-68b4-7000-8000-00000000000a', '01a21720-68b4-7000-8000-00000000000b'];
  for (const id of ids) assert.ok(await one!.load.take(MODEL, PROMPT, id));
  assert.equal(await barred(one!), 'it has 2 of its 2 queries in flight');
  await other!.ledger.feedback.append([{ records: [interaction('q', MODEL, 1, { decision_id: ids[0] })] }]);
  other!.load.release(ids[0]!);
  assert.equal(await barred(other!), undefined);
  time.now += 20;
  assert.equal(await barred(one!), undefined, 'without a refresh');
  assert.ok(await take(other!));
  time.now += 60_000;
  assert.deepEqual(
    [await take(one!), await take(one!), await take(one!)],
    [true, true, false],
    'those without an outcome count for a minute',
  );
});

test('an outcome is waited for as long as is declared, else three mean latencies', async (t) => {
  const {
    all: [one],
    time,
  } = await processes(t, { in_flight: 1, in_flight_timeout_ms: 200 }, 1);
  assert.deepEqual([await take(one!), await take(one!)], [true, false]);
  time.now += 200;
  assert.ok(await take(one!));
  await one!.ledger.catalog.put(profile(MODEL, { latency_ms: 2_000, limits: { in_flight: 1 } }));
  await one!.load.refresh();
  time.now += 200;
  assert.ok(await take(one!));
  time.now += 5_999;
  assert.equal(await take(one!), false);
  time.now += 1;
  assert.ok(await take(one!));
});

test(
  'while the ledger is busy each process goes on with its share of what is left, does not try at each decision, ' +
    'and tells later',
  async (t) => {
    const {
      all: [one, other],
      time,
    } = await processes(t, { requests_per_minute: 40, in_flight: 1_000 });
    for (let i = 0; i < 10; i++)
      for (const process of [one!, one!, one!, other!].slice(i < 5 ? 0 : 3)) await take(process);
    for (const { load } of [one!, other!]) await load.refresh();
    assert.equal(one!.load.list()[0]!.requests!.used, 25);
    let sent = 0;
    const importing = await other!.ledger.imports.begin();
    const begun = performance.now();
    for (let i = 0; i < 20; i++) for (const process of [one!, other!]) sent += Number(await take(process));
    assert.ok(performance.now() - begun < 1_000, 'one wait for each process');
    assert.equal(sent, 15, 'nine and six: shares by use so far');
    assert.equal(one!.lines.filter((line) => line.includes('counted here')).length, 1);
    await importing.commit();
    time.now += 250;
    for (const { load } of [one!, other!, one!]) await load.refresh();
    assert.deepEqual(
      [one!.load.list()[0]!.requests!.used, one!.load.list()[0]!.in_flight!.used],
      [25 + sent, 25 + sent],
    );
  },
);
