import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openLiveHealth, type LiveHealth } from '../../src/live/breakers.js';
import { openLiveLoad, type LiveLoad } from '../../src/live/load.js';
import { SLOT_MS } from '../../src/machines/limits.js';
import type { Ledger } from '../../src/store/open.js';
import { keptLog } from '../decision/parts.js';
import { openFor, profile, START, tempFolder } from '../store/support.js';

const DAY = 86_400_000;

interface Process {
  ledger: Ledger;
  health: LiveHealth;
  load: LiveLoad;
}

/** Processes of one machine, whose clock can be set. */
async function machine(t: TestContext) {
  const path = join(tempFolder(t), 'ledger.sqlite');
  let [wall, up, boot] = [START, 1_000, 'first'];
  const clock = (): number => wall;
  return {
    clock,
    async open(): Promise<Process> {
      const ledger = await openFor(t, path, { clock, uptime: { boot, ms: () => up }, busyTimeoutMs: 25 });
      await ledger.catalog.put(profile('m', { limits: { requests_per_minute: 3, in_flight: 3 }, latency_ms: 1_000 }));
      const { log } = keptLog();
      const health = await openLiveHealth({ ledger, clock: ledger.steady, wall: clock, log });
      return { ledger, health, load: await openLiveLoad({ ledger, clock: ledger.steady, log }) };
    },
    pass(ms: number): void {
      up += ms;
      wall += ms;
    },
    set: (ms: number): void => void (wall += ms),
    restart(ms: number): void {
      [boot, up] = ['second', 500];
      wall += ms;
    },
  };
}

const barred = async ({ load }: Process): Promise<string | undefined> => (await load.current(1))!.barred('m');
const out = ({ health }: Process): string | undefined => health.barred()?.('m');

for (const [what, jump] of [
  ['forward', DAY],
  ['back', -DAY],
] as const) {
  test(`a clock that is set a day ${what} neither frees a limit nor keeps it full`, async (t) => {
    const { open, pass, set } = await machine(t);
    const [one, other] = [await open(), await open()];
    for (const id of ['a', 'b', 'c']) assert.ok(await one.load.take('m', 1, id));
    const full = await barred(one);
    assert.match(full!, /3 of its 3 requests a minute/);
    set(jump);
    const late = await open();
    for (const process of [one, other, late]) {
      await process.load.refresh();
      assert.equal(await barred(process), full);
      assert.equal(await process.load.take('m', 1, 'd'), false);
    }
    pass(60_000 + SLOT_MS);
    for (const [i, process] of [one, other, late].entries()) {
      assert.equal(await barred(process), undefined);
      assert.ok(await process.load.take('m', 1, `e${i}`));
    }
    await one.load.refresh();
    assert.deepEqual(one.load.list()[0]!.in_flight, { used: 3, limit: 3 }, 'of those that are taken now');
  });

  test(`a clock that is set a day ${what} neither closes a breaker nor keeps it open`, async (t) => {
    const { clock, open, pass, set } = await machine(t);
    const one = await open();
    await one.ledger.breakers.report(
      Array.from({ length: 5 }, () => ({ model: profile('m').id, ok: false, error: 'down' })),
    );
    set(jump);
    const late = await open();
    for (const process of [one, late]) {
      await process.health.refresh();
      const at = new Date(clock() + 30_000).toISOString();
      assert.equal(out(process), `5 of its last 5 calls failed (down); it is tried again at ${at}`);
    }
    pass(30_000);
    for (const process of [one, late]) {
      assert.equal(out(process), undefined, 'it is tried');
      process.health.chosen('m');
      assert.match(out(process)!, /being tried/);
    }
    set(-jump);
    for (const process of [one, late]) assert.match(out(process)!, /being tried/);
    pass(1_000);
    for (const process of [one, late]) assert.equal(out(process), undefined);
  });

  test(`a process that finds a ledger of a clock that was set a day ${what} since begins anew`, async (t) => {
    const { open, pass, restart } = await machine(t);
    const before = await open();
    for (const id of ['a', 'b', 'c']) assert.ok(await before.load.take('m', 1, id));
    await before.ledger.breakers.report(
      Array.from({ length: 5 }, () => ({ model: profile('m').id, ok: false, error: 'down' })),
    );
    restart(jump);
    const after = await open();
    assert.deepEqual([await barred(after), out(after)], [undefined, undefined]);
    for (const id of ['d', 'e', 'f']) assert.ok(await after.load.take('m', 1, id));
    assert.match((await barred(after))!, /3 of its 3/);
    pass(60_000 + SLOT_MS);
    await after.load.refresh();
    assert.equal(await barred(after), undefined);
  });
}
