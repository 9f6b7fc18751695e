import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExperiment } from '../../src/experiments/check.js';
import { ExperimentBody } from '../../src/schema/experiment.js';
import { profile, START, tempLedger } from '../store/support.js';

test('what is tried must be there, and what is asked must be possible', async (t) => {
  const ledger = await tempLedger(t);
  await ledger.catalog.put(profile('a'));
  const check = (body: unknown): Promise<void> => checkExperiment(ExperimentBody.parse(body), ledger, START);
  const canary = { kind: 'canary', candidate: { policy: 'cost' } };
  const ab = (arm: object) => ({
    kind: 'ab',
    arms: [
      { name: 'now', share: 1 },
      { name: 'b', share: 1, ...arm },
    ],
  });
  await check(canary);
  await check(ab({ models: ['a'] }));
  await assert.rejects(check({ ...canary, of: 'nobody' }), {
    code: 'unknown_policy',
    message: /^of: expected one of /,
  });
  await assert.rejects(check(ab({ policy: 'nobody' })), { code: 'unknown_policy', message: /^arms\[1\].policy: / });
  await assert.rejects(check(ab({ version: 'nobody' })), {
    code: 'version_not_found',
    message: /^arms\[1\]\.version: /,
  });
  await assert.rejects(check(ab({ models: ['a', 'b'] })), {
    code: 'unknown_model',
    message: /^arms\[1\]\.models\[1\]: /,
  });
  await assert.rejects(check({ ...canary, until: new Date(START).toISOString() }), {
    code: 'invalid_request',
    message: /^until: expected a time that is still to come/,
  });
  const steps = [
    { share: 0.1, answers: 1 },
    { share: 0, answers: 1 },
  ];
  await assert.rejects(check({ ...canary, steps }), { message: /^steps\[1\]\.share: expected more than 0/ });
});
