import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkPattern } from '../../src/queue/schedule.js';

const clock = (): number => Date.UTC(2026, 0, 1);

describe('cron patterns', () => {
  for (const pattern of [
    '0 3 * * *',
    '*/15 * * * *',
    '30 0 3 * * 1-5',
    '0 0 1 JAN,JUL *',
    '0 9 * * MON#1',
    '0 3 * * THU',
    ' 0 3 * * * ',
    '0 0 29 2 *',
  ])
    test(`takes ${JSON.stringify(pattern)}`, () => checkPattern(pattern, clock));

  for (const pattern of [
    '',
    '*',
    '* * * *',
    '* * * * * * *',
    '@daily',
    '60 * * * *',
    '* 24 * * *',
    '* * * * 8',
    'every day at three o’clock',
    '0 3 * * X',
    '0 0 31 2 *',
    'H 3 * * *',
    '-1 * * * *',
  ])
    test(`refuses ${JSON.stringify(pattern)}`, () => {
      assert.throws(() => checkPattern(pattern, clock), {
        code: 'invalid_request',
        issues: [
          {
            field: 'pattern',
            expected: 'a cron pattern of five or six fields, such as `0 3 * * *`',
            received: JSON.stringify(pattern),
          },
        ],
      });
    });
});
