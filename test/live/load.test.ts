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
function processes(
  t: TestContext,
  limits: LlmLimits,
  count = 2,
): { all: Process[]; time: { now: number }; open(): Process } {
  const path = join(tempFolder(t), 'ledger.sqlite');
  const time = { now: START };
  const clock = (): number => time.now;
  openFor(t, path, { clock }).catalog.putLlm(profile(MODEL, { limits }));
  const open = (): Process => {
    const ledger = openFor(t, path, { clock, busyTimeoutMs: 25 });
    const { log, lines } = keptLog();
    return { ledger, load: openLiveLoad({ ledger, clock, log }), lines };
  };
  return { all: Array.from({ length: count }, open), time, open };
}

let number = 0;
const take = ({ load }: Process, force = false): boolean => load.take(MODEL, PROMPT, `decision ${number++}`, force);
const price = ({ load }: Process): number => load.current(PROMPT)!.price(MODEL);
const barred = ({ load }: Process): string | undefined => load.current(PROMPT)!.barred(MODEL);

/** Most that fell into any minute. */
const fullest = (times: readonly number[]): number =>
  Math.max(...times.map((at) => times.filter((other) => other > at - 60_000 && other <= at).length));

test('where no LLM declares limits there is nothing to look at', async (t) => {
  const {
    all: [one],
  } = processes(t, {}, 1);
  await one!.ledger.catalog.put(profile(MODEL));
  one!.load.refresh();
  assert.equal(one!.load.current(PROMPT), null);
  assert.equal(take(one!), true);
  assert.deepEqual(one!.load.list(), []);
});

for (const limit of [10, 300]) {
  test(`three processes send no more than ${limit} a minute, and hardly less`, (t) => {
    const { all, time } = processes(t, { requests_per_minute: limit }, 3);
    const rng = createRng(limit);
    const sent: number[] = [];
    let refreshed = START;
    while (time.now < START + 240_000) {
      time.now += Math.ceil((-Math.log(1 - rng.next()) * 20_000) / limit);
      if (time.now - refreshed >= 250) for (const { load } of all) load.refresh();
      if (time.now - refreshed >= 250) refreshed = time.now;
      const one = all[rng.int(3)]!;
      if (barred(one) === undefined && take(one)) sent.push(time.now);
    }
    assert.ok(fullest(sent) <= limit, `${fullest(sent)} in a minute`);
    assert.ok(sent.length >= 0.9 * 4 * limit, `${sent.length} of ${4 * limit}`);
  });
}

test('most decisions of a busy process write nothing', (t) => {
  const {
    all: [one],
    time,
  } = processes(t, { requests_per_minute: 60_000 }, 1);
  let claims = 0;
  const { ledger } = one!;
  const load = openLiveLoad({
    ledger: { ...ledger, claimLoad: async (claim) => (claims++, await ledger.limits.claim(claim)) },
    clock: () => time.now,
    log: keptLog().log,
  });
  for (let i = 0; i < 5_000; i++) {
    time.now = START + 2 * i;
    assert.ok(load.take(MODEL, PROMPT, `d${i}`));
  }
  assert.ok(claims < 400, `${claims} claims in ten seconds`);
  load.refresh();
  assert.equal(load.list()[0]!.requests!.limit, 60_000);
});

test('says why it is full, costs more the longer it is, and other processes know as soon as they look', (t) => {
  const {
    all: [one, other],
    time,
    open,
  } = processes(t, { requests_per_minute: 3 });
  for (let i = 0; i < 3; i++) assert.ok(take(one!));
  assert.equal(barred(one!), 'it is at 3 of its 3 requests a minute');
  assert.ok(price(one!) > MAX_PRICE + 59);
  assert.equal(barred(other!), undefined);
  assert.equal(take(other!), false, 'the ledger knows better');
  assert.equal(barred(other!), barred(one!));
  assert.equal(barred(open()), barred(one!), 'after a restart too');
  assert.deepEqual(one!.load.list(), [
    {
      model: MODEL,
      requests: { used: 3, limit: 3 },
      tokens: null,
      in_flight: null,
      price: MAX_PRICE,
      full: barred(one!),
    },
  ]);
  time.now += 30_000;
  assert.ok(price(one!) < MAX_PRICE + 31);
  assert.equal(take(one!, true), true, 'by force');
  assert.equal(barred(one!), 'it is at 4 of its 3 requests a minute');
  time.now += 30_000 + SLOT_MS;
  assert.equal(barred(one!), undefined);
});

test('a limit on tokens holds what a query needs against it, and an answer of the usual length', async (t) => {
  const {
    all: [one],
    time,
  } = processes(t, { tokens_per_minute: 1_000 }, 1);
  await one!.ledger.feedback.append([{ records: [interaction('q', MODEL, 1, { completion_tokens: 56 })] }]);
  one!.load.refresh();
  for (let i = 0; i < 9; i++) assert.ok(take(one!));
  assert.equal(one!.load.list()[0]!.tokens!.used, 900);
  const routing = one!.load.current(200)!;
  assert.equal(routing.barred(MODEL), 'it is at 900 of its 1000 tokens a minute');
  assert.equal(barred(one!), undefined, 'a shorter one fits');
  assert.equal(one!.load.take(MODEL, 200, 'long'), false);
  assert.ok(take(one!));
  time.now += SLOT_MS;
  one!.load.refresh();
  assert.equal(one!.load.list()[0]!.tokens!.used, 1_000);
});

test('what a process claimed ahead and did not spend is given back', (t) => {
  const {
    all: [one, other],
    time,
  } = processes(t, { requests_per_minute: 2_400 });
  for (let i = 0; i < 30; i++) {
    take(one!);
    time.now += 20;
  }
  one!.load.refresh();
  other!.load.refresh();
  time.now += 2 * SLOT_MS;
  one!.load.refresh();
  other!.load.refresh();
  assert.deepEqual([one!.load.list()[0]!.requests!.used, other!.load.list()[0]!.requests!.used], [30, 30]);
});

test('places are freed by an outcome, whichever process hears of it', async (t) => {
  const {
    all: [one, other],
    time,
  } = processes(t, { in_flight: 2 });
  const ids = ['01a21720-68b4-7000-8000-00000000000a', '01a21720-68b4-7000-8000-00000000000b'];
  for (const id of ids) assert.ok(one!.load.take(MODEL, PROMPT, id));
  assert.equal(barred(one!), 'it has 2 of its 2 queries in flight');
  await other!.ledger.feedback.append([{ records: [interaction('q', MODEL, 1, { decision_id: ids[0] })] }]);
  other!.load.release(ids[0]!);
  assert.equal(barred(other!), undefined);
  time.now += 20;
  assert.equal(barred(one!), undefined, 'without a refresh');
  assert.ok(take(other!));
  time.now += 60_000;
  assert.deepEqual(
    [take(one!), take(one!), take(one!)],
    [true, true, false],
    'those without an outcome count for a minute',
  );
});

test('an outcome is waited for as long as is declared, else three mean latencies', async (t) => {
  const {
    all: [one],
    time,
  } = processes(t, { in_flight: 1, in_flight_timeout_ms: 200 }, 1);
  assert.deepEqual([take(one!), take(one!)], [true, false]);
  time.now += 200;
  assert.ok(take(one!));
  await one!.ledger.catalog.put(profile(MODEL, { latency_ms: 2_000, limits: { in_flight: 1 } }));
  one!.load.refresh();
  time.now += 200;
  assert.ok(take(one!));
  time.now += 5_999;
  assert.equal(take(one!), false);
  time.now += 1;
  assert.ok(take(one!));
});

test(
  'while the ledger is busy each process goes on with its share of what is left, does not try at each decision, ' +
    'and tells later',
  async (t) => {
    const {
      all: [one, other],
      time,
    } = processes(t, { requests_per_minute: 40, in_flight: 1_000 });
    for (let i = 0; i < 10; i++) for (const process of [one!, one!, one!, other!].slice(i < 5 ? 0 : 3)) take(process);
    for (const { load } of [one!, other!]) load.refresh();
    assert.equal(one!.load.list()[0]!.requests!.used, 25);
    let sent = 0;
    await other!.ledger.bulk(async (writer) => {
      writer.interaction(interaction('q', MODEL, 1).value);
      const begun = performance.now();
      for (let i = 0; i < 20; i++) for (const process of [one!, other!]) sent += Number(take(process));
      assert.ok(performance.now() - begun < 1_000, 'one wait for each process');
      assert.equal(sent, 15, 'nine and six: shares by use so far');
      assert.equal(one!.lines.filter((line) => line.includes('counted here')).length, 1);
    });
    time.now += 250;
    for (const { load } of [one!, other!, one!]) load.refresh();
    assert.deepEqual(
      [one!.load.list()[0]!.requests!.used, one!.load.list()[0]!.in_flight!.used],
      [25 + sent, 25 + sent],
    );
  },
);
