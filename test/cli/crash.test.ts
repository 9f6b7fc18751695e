import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { dataPaths } from '../../src/base/paths.js';
import { openLedger } from '../../src/store/open.js';
import type { Job } from '../../src/schema/training.js';
import { prepareQueue } from '../support/queue-folder.js';
import { eventually } from '../support/wait.js';
import { api, done, jsonLines, queriesOf, scoreRows, service, LIGHT, workplace, type Service } from './support.js';

/** Clients that post at the same time. */
const CLIENTS = 8;

function post(url: string, number: number): Promise<unknown> {
  const interactions = [
    { query: `query ${number}`, model: `llm ${number % 5}`, score: (number % 11) / 10 },
    { query: `query ${number}`, model: 'another', score: 0.5 },
  ];
  return api(url, 'POST', '/v1/feedback', interactions, { 'Idempotency-Key': `key-${number}` });
}

/**
 * Posts feedback from `first` on without pause, and kills the service once `enough` posts were answered. Answers which
 * were, and how many were sent.
 */
async function killMidStream(
  running: Service,
  first: number,
  enough: number,
): Promise<{ acknowledged: number[]; next: number }> {
  const acknowledged: number[] = [];
  let next = first;
  let killed: Promise<unknown> | undefined;
  const client = async (): Promise<void> => {
    while (killed === undefined) {
      const number = next++;
      try {
        await post(running.url, number);
        acknowledged.push(number);
      } catch (error) {
        if (killed === undefined) throw error;
      }
      if (acknowledged.length >= enough) killed ??= running.end('SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await killed;
  return { acknowledged, next };
}

/** Processes that a process has started, on Linux. */
function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function isRunning(pid: number): boolean {
  try {
    // A process that has ended and that nobody has waited for is a zombie.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

describe('kill -9 of the whole service', () => {
  test('loses no acknowledged feedback, and none is doubled when it is sent again', async (t) => {
    const { data } = workplace(t);
    await prepareQueue(data);
    await done('models', 'settings', '--register-unknown', 'candidate', '--data', data);
    let next = 0;
    for (const enough of [60, 120]) {
      const running = await service(t, 'start', ['--data', data, ...LIGHT]);
      // What the last round had no answer to is sent again, and for good measure everything else.
      await Promise.all(Array.from({ length: next }, (_, number) => post(running.url, number)));
      const killed = await killMidStream(running, next, enough);
      const ledger = await openLedger(dataPaths(data).ledger, { clock: Date.now });
      const stored = await queriesOf(ledger);
      for (const number of killed.acknowledged)
        assert.ok(stored.has(`query ${number}`), `query ${number} was acknowledged and is lost`);
      await ledger.close();
      ({ next } = killed);
    }
    const running = await service(t, 'start', ['--data', data, ...LIGHT]);
    for (let number = 0; number < next; number += 50)
      await Promise.all(Array.from({ length: Math.min(50, next - number) }, (_, i) => post(running.url, number + i)));
    assert.equal((await running.end()).code, 0);
    const ledger = await openLedger(dataPaths(data).ledger, { clock: Date.now });
    assert.deepEqual(await ledger.feedback.counts(), { interactions: 2 * next, preferences: 0, queries: next });
    assert.ok((await ledger.snapshot.read()).scores.count.every((count) => count === 1));
    ledger.close();
  });

  test(
    'leaves no training process behind, and no half-made version',
    { skip: process.platform === 'linux' ? false : 'reads /proc' },
    async (t) => {
      const { data, file } = workplace(t);
      await prepareQueue(data);
      await done('import', file('log.jsonl', jsonLines(scoreRows(24))), '--data', data);
      const running = await service(t, 'start', ['--data', data, ...LIGHT]);
      const { job_id } = await api<{ job_id: string }>(running.url, 'POST', '/v1/retrain', {});
      await eventually(
        'training',
        async () => (await api<Job>(running.url, 'GET', `/v1/jobs/${job_id}`)).progress?.phase === 'train',
        60_000,
      );
      const children = childrenOf(running.pid);
      assert.equal(children.length, 1);
      assert.equal((await running.end('SIGKILL')).signal, 'SIGKILL');
      await eventually('the end of the training process', () => !children.some(isRunning), 5_000);
      const ledger = await openLedger(dataPaths(data).ledger, { clock: Date.now });
      assert.deepEqual([await ledger.artifacts.list(), await ledger.artifacts.activeVersion()], [[], null]);
      await ledger.close();
    },
  );
});
