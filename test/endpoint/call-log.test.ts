import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createCallLog, type CallOutcome } from '../../src/endpoint/call-log.js';
import type { InteractionFeedback } from '../../src/schema/feedback.js';
import type { DecisionId, LlmId } from '../../src/schema/ids.js';
import { DEFAULT_TEXTS } from '../../src/schema/texts.js';
import { keptLog, temporaryLedger } from '../decision/parts.js';
import { callRecord } from '../support/call.js';

const outcomeOf = (decision: string): CallOutcome => ({
  record: callRecord(decision),
  feedback: [{ decision_id: decision as DecisionId, model: 'm' as LlmId } satisfies InteractionFeedback],
  tenant: null,
  records: [],
  texts: DEFAULT_TEXTS,
  forgetAt: null,
});

describe('what calls leave behind', () => {
  test('is kept by itself, also what comes after a write that took longer than the wait for it', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { ledger, remove } = await temporaryLedger();
    t.after(remove);
    const posted: number[] = [];
    let goOn = (): void => {};
    const feedback = {
      record: async () => {},
      post: async (records: unknown) => {
        posted.push((records as unknown[]).length);
        await new Promise<void>((resolve) => (goOn = resolve));
        return { accepted: 1 } as never;
      },
    };
    const calls = createCallLog({ ledger, feedback, log: keptLog().log });
    const kept = async (decision: string): Promise<boolean> => (await ledger.calls.get([decision])).has(decision);
    const untilPosted = async (times: number): Promise<void> => {
      for (let i = 0; i < 1_000 && posted.length < times; i++) {
        t.mock.timers.tick(1);
        await turn();
      }
      assert.equal(posted.length, times);
    };

    calls.add(outcomeOf('one'));
    await untilPosted(1);
    calls.add(outcomeOf('two'));
    // The wait for the second is over while the first is written.
    t.mock.timers.tick(100);
    goOn();
    await untilPosted(2);
    goOn();
    for (let i = 0; i < 1_000 && !(await kept('two')); i++) await turn();
    assert.ok((await kept('one')) && (await kept('two')));

    calls.add(outcomeOf('three'));
    await untilPosted(3);
    goOn();
    await calls.drain();
    assert.ok(await kept('three'));
  });
});
