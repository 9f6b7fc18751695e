import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { dataPaths } from '../../src/base/paths.js';
import { openLedger } from '../../src/store/open.js';
import type { ExperimentStatus } from '../../src/schema/experiment-status.js';
import { startService } from '../http/service.js';
import { done, pointsman, workplace } from './support.js';

const CANARY = 'kind: canary\ncandidate:\n  policy: cost\nsteps:\n  - share: 0.05\n    answers: 100\n';

async function statusOf(name: string, ...where: string[]): Promise<ExperimentStatus> {
  return JSON.parse(await done('experiments', 'show', name, '--json', ...where)) as ExperimentStatus;
}

describe('experiments', () => {
  test('are put, moved and removed in the data folder, and the audit log says who did', async (t) => {
    const { data, file } = workplace(t);
    const folder = ['--data', data];
    await (await openLedger(dataPaths(data).ledger, { clock: systemClock })).close();
    const yaml = file('canary.yaml', CANARY);
    assert.equal(await done('experiments', 'put', 'thrift', yaml, ...folder), 'thrift started\n');
    assert.equal(await done('experiments', 'put', 'thrift', yaml, ...folder), 'thrift changed\n');
    assert.match(await done('experiments', 'list', ...folder), /^thrift +canary +quality +running +1 +5% +started$/m);
    const shown = await done('experiments', 'show', 'thrift', ...folder);
    assert.match(shown, /^candidate +5% +0 +0 +0 +– /m);
    assert.match(shown, /^candidate beside control: open \(nothing was seen yet\)$/m);
    assert.equal(
      await done('experiments', 'pause', 'thrift', '--why', 'a holiday', ...folder),
      'thrift paused: paused by hand: a holiday\n',
    );
    const again = await pointsman(['experiments', 'pause', 'thrift', ...folder]);
    assert.deepEqual(
      [again.code, again.stderr],
      [1, 'pointsman: state: expected running to pause thrift, got paused\n'],
    );
    assert.match(await done('experiments', 'promote', 'thrift', ...folder), /policy quality has the rules of cost/);
    assert.equal((await statusOf('thrift', ...folder)).state, 'promoted');
    assert.equal(await done('experiments', 'remove', 'thrift', ...folder), 'thrift removed\n');
    assert.equal((await pointsman(['experiments', 'show', 'thrift', ...folder])).code, 1);
    const wrong = await pointsman(['experiments', 'put', 'x', file('x.yaml', 'kind: canary\n'), ...folder]);
    assert.deepEqual([wrong.code, /candidate/.test(wrong.stderr)], [1, true]);

    const ledger = await openLedger(dataPaths(data).ledger, { clock: systemClock, readonly: true });
    const entries = await ledger.audit.list({ limit: 10 });
    await ledger.close();
    const stateIn = (state: unknown): unknown => (state as { state?: string } | null)?.state ?? null;
    assert.deepEqual(
      entries.map(({ action, before, after }) => [action, stateIn(before), stateIn(after)]),
      [
        ['experiments remove', 'promoted', null],
        ['experiments promote', 'paused', 'promoted'],
        ['experiments pause', 'running', 'paused'],
        ['experiments put', 'running', 'running'],
        ['experiments put', null, 'running'],
      ],
    );
  });

  test('the same by a running service', async (t) => {
    const service = await startService();
    t.after(() => service.remove());
    const { file } = workplace(t);
    const at = ['--url', service.url];
    const arms = [
      { name: 'now', share: 1 },
      { name: 'thrifty', share: 1, policy: 'cost' },
    ];
    const json = file('ab.json', JSON.stringify({ kind: 'ab', arms }));
    assert.equal(await done('experiments', 'put', 'ab', json, ...at), 'ab started\n');
    assert.match(await done('experiments', 'list', ...at), /^ab +ab +quality +running +– +– +started$/m);
    assert.equal((await statusOf('ab', ...at)).arms.length, 2);
    const unnamed = await pointsman(['experiments', 'promote', 'ab', ...at]);
    assert.match(unnamed.stderr, /arm: expected one of now, thrifty, the arms of ab, got null/);
    assert.match(await done('experiments', 'promote', 'ab', '--arm', 'thrifty', ...at), /^ab promoted: /);
    assert.equal(await done('experiments', 'remove', 'ab', ...at), 'ab removed\n');
  });
});
