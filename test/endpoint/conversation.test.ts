import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Behaviour } from '../../src/endpoint/conversation-behaviour.js';
import { createConversations, MOST_AGAIN, QUIET_MS, type Conversations } from '../../src/endpoint/conversation.js';
import { CACHE_MS } from '../../src/endpoint/conversation-thread.js';
import type { Call } from '../../src/protocol/types.js';
import type { CallRecord } from '../../src/store/ports/calls.js';
import { keptLog } from '../decision/parts.js';
import { callOf, toolsOf, usageOf } from './calls.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let now: number;
let records: CallRecord[];
let conversations: Conversations;
let made: number;

function open(maxSessions?: number): Conversations {
  return createConversations({
    clock: () => now,
    ledger: {
      last: async (session) => records.findLast((record) => record.session === session),
      get: async (ids) => new Map(records.filter(({ decision }) => ids.includes(decision)).map((r) => [r.decision, r])),
    },
    log: keptLog().log,
    ...(maxSessions !== undefined && { maxSessions }),
  });
}

beforeEach(() => {
  now = Date.UTC(2026, 0, 2);
  records = [];
  made = 0;
  conversations = open();
});

const lastOf = ({ messages }: Call): string => messages.findLast(({ role }) => role === 'user')!.content;
const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** What a call shows of answers before it, by signal and number of the answer. */
function begin(call: Call, session = 's', caller = 'me'): string[] {
  return told(conversations.begin(call, session, lastOf(call), caller));
}
const told = (behaviours: Behaviour[]): string[] =>
  behaviours.map(({ signal, decision, model, value }) => `${signal} ${Number(decision.slice(-4))} ${model} ${value}`);

/** Answers a call; answers are numbered from 1. */
function answer(call: Call, model = 'm', session = 's', more: object = {}): void {
  const given = { decision: idOf(++made), model, usage: usageOf(4_000), at: now, query: lastOf(call) };
  conversations.answered(call, session, { ...given, ...more });
}

/** A call that begins and is answered after a second; what it shows. */
function turn(call: Call, model?: string, session?: string, caller?: string): string[] {
  const shown = begin(call, session, caller);
  now += 1_000;
  answer(call, model, session);
  return shown;
}

const Q = 'How do plants in the desert keep their water?';
const Q2 = 'How do all plants in a desert keep their water?';
const OTHER = 'And which animals live there, mostly by night?';

describe('where a conversation stands', () => {
  test('is nowhere at its beginning, and with who answered last afterwards', async () => {
    assert.equal(await conversations.standing(callOf([Q]), 's'), null);
    turn(callOf([Q]), 'a');
    assert.deepEqual(await conversations.standing(callOf([Q, 'A', OTHER]), 's'), {
      model: 'a',
      cachedTokens: 4_100,
      turn: 'free',
    });
    turn(callOf([Q, 'A', OTHER]), 'b');
    const standing = conversations.standing(callOf([Q, 'A', OTHER, 'B', 'more']), 's');
    assert.ok(!(standing instanceof Promise), 'what is known is there at once');
    assert.equal(standing!.model, 'b');
    assert.equal(await conversations.standing(callOf([Q]), 's'), null, 'asked anew');
    assert.equal(await conversations.standing(callOf([Q, 'A', OTHER]), 'another'), null);
  });

  test('has cached what was read and written, as far as it is read again, for five minutes', async () => {
    const next = callOf([Q, 'A', OTHER]);
    const cached = async (call = next) => (await conversations.standing(call, 's'))!.cachedTokens;
    answer(callOf([Q]), 'a', 's', { usage: usageOf(4_000, 500) });
    assert.equal(await cached(), 4_500);
    assert.equal(await cached({ ...next, promptTokens: 3_000 }), 3_000);
    now += CACHE_MS - 1;
    assert.equal(await cached(), 4_500);
    now += 1;
    assert.equal(await cached(), 0);
    answer(next, 'a', 's', { usage: null });
    assert.equal(await cached(), 5_000, 'as estimated');
    answer(next, 'a', 's', { usage: usageOf(500) });
    assert.equal(await cached(), 0, 'so little is not cached');
  });

  test('has nothing cached where the provider says that it does not', async () => {
    const cached = async () => (await conversations.standing(callOf([Q, 'A', OTHER]), 's'))!.cachedTokens;
    answer(callOf([Q]));
    answer(callOf([Q]), 'm', 's', { usage: usageOf(4_000, 100, { cached: 3_000 }) });
    assert.equal(await cached(), 4_100);
    answer(callOf([Q]));
    assert.equal(await cached(), 0);
    answer(callOf([Q]), 'other');
    assert.equal(await cached(), 4_100, 'another may');
  });

  test('is with results of tools until calls repeat or fail three times, all by one LLM', async () => {
    const turnOf = async (repeats: number, failures = 0) =>
      (await conversations.standing(toolsOf([Q], { repeats, failures }), 's'))!.turn;
    turn(callOf([Q]), 'a');
    assert.equal(await turnOf(1), 'tools');
    assert.equal(await turnOf(3), 'tools', 'others made the first of them');
    turn(toolsOf([Q]), 'a');
    turn(toolsOf([Q]), 'a');
    assert.deepEqual([await turnOf(2), await turnOf(3)], ['tools', 'escalate']);
    assert.deepEqual([await turnOf(1, 2), await turnOf(1, 3)], ['tools', 'escalate']);
    turn(toolsOf([Q]), 'better');
    assert.deepEqual([await turnOf(4), await turnOf(1, 4)], ['tools', 'tools'], 'who took over has tries of its own');
  });

  test('is where the ledger says, in a process that has not seen it', async () => {
    const record: CallRecord = {
      decision: idOf(9),
      at: now,
      api: 'chat',
      model: 'before',
      provider: 'p',
      session: 's',
      tenant: null,
      status: 200,
      error: null,
      failed: 0,
      ttftMs: 1,
      totalMs: 2,
      promptTokens: 2_000,
      completionTokens: 100,
      cachedTokens: null,
      cacheWrittenTokens: null,
      reasoningTokens: null,
      costUsd: null,
      finish: 'stop',
    };
    records = [record];
    now += MINUTE;
    const next = callOf([Q, 'A', OTHER]);
    const standing = { model: 'before', cachedTokens: 2_100, turn: 'free' };
    assert.deepEqual(await conversations.standing(next, 's'), standing);
    assert.equal(await conversations.standing(callOf([Q]), 's'), null, 'it begins');
    assert.equal((await conversations.standing(toolsOf([Q], { repeats: 3 }), 's'))!.turn, 'escalate');
    now += CACHE_MS;
    assert.equal((await conversations.standing(next, 's'))!.cachedTokens, 0);
    records = [{ ...record, promptTokens: null, completionTokens: null }];
    assert.equal((await conversations.standing(next, 's'))!.cachedTokens, 0);
    records = [{ ...record, error: 'timeout' }];
    assert.equal(await conversations.standing(next, 's'), null, 'an LLM that failed gave no answer');
    turn(next, 'now');
    assert.equal((await conversations.standing(next, 's'))!.model, 'now');
  });

  test('is unknown where the ledger does not answer', async () => {
    const { log, lines } = keptLog();
    const refused = () => Promise.reject(new Error('disk I/O error'));
    const blind = createConversations({ clock: () => now, ledger: { last: refused, get: refused }, log });
    assert.equal(await blind.standing(callOf([Q, 'A', OTHER]), 's'), null);
    assert.match(lines[0]!, /disk I\/O error/);
  });

  test('is with the provider that keeps it, where a call names the answer that it goes on from', async () => {
    const previousAnswer = `resp_1_${idOf(1)}`;
    turn(callOf([Q]), 'a');
    const next = callOf([OTHER], { previousAnswer, continues: true });
    assert.equal(conversations.sessionAfter(previousAnswer), 's');
    assert.deepEqual(await conversations.standing(next, 's'), { model: 'a', cachedTokens: 4_100, turn: 'tools' });
    now += 1_000;
    assert.deepEqual(begin(next), ['continued 1 a 1'], 'it goes on, though it stands alone');
    answer(next, 'a');
    assert.equal(conversations.sessionAfter(previousAnswer), undefined);
    assert.equal(conversations.sessionAfter(`resp_2_${idOf(2)}`), 's');
    records = [
      { decision: idOf(7), at: now, model: 'kept', error: null, promptTokens: 1, completionTokens: 1 } as CallRecord,
    ];
    const other = callOf([OTHER], { previousAnswer: `resp_7_${idOf(7)}`, continues: true });
    assert.equal((await conversations.standing(other, 'new'))!.model, 'kept');
  });
});

describe('talk of one session', () => {
  const title = callOf(['Write a title for: deserts'], { opening: 'title' });

  test('has a thread each for its agents and its housekeeping', async () => {
    turn(callOf([Q]), 'main');
    turn(title, 'small');
    assert.equal((await conversations.standing(callOf([Q, 'A', OTHER]), 's'))!.model, 'main');
    assert.deepEqual(turn(callOf([Q, 'A', OTHER]), 'main'), ['continued 1 main 1']);
  });

  test('goes on where its instructions change in the middle', async () => {
    turn(callOf([Q, 'A', OTHER], { opening: 'one' }), 'main');
    turn(title, 'small');
    const next = callOf([Q, 'A', OTHER, 'B', 'So what?'], { opening: 'two' });
    assert.equal((await conversations.standing(next, 's'))!.model, 'main');
    assert.deepEqual(turn(next, 'main'), ['continued 1 main 1']);
  });

  test('has eight threads, the newest', async () => {
    for (let i = 0; i < 9; i++) turn(callOf([`${Q} ${i}`]), `m${i}`, 's', `caller ${i}`);
    const modelOf = async (i: number) => (await conversations.standing(callOf([`${Q} ${i}`, 'A', OTHER]), 's'))?.model;
    assert.deepEqual([await modelOf(8), await modelOf(1)], ['m8', 'm1']);
    assert.notEqual(await modelOf(0), 'm0');
  });
});

describe('what users do', () => {
  test('an answer that is asked for again was thrown away, within ten minutes', () => {
    turn(callOf([Q]), 'a');
    now += 9 * MINUTE;
    assert.deepEqual(turn(callOf([Q]), 'b'), ['regenerated 1 a 0']);
    now += MINUTE;
    assert.deepEqual(turn(callOf([Q]), 'c'), ['regenerated 2 b 0'], 'of the answer that stood there');
    now += 11 * MINUTE;
    assert.deepEqual(begin(callOf([Q])), []);
  });

  test('in the middle of a conversation, too', () => {
    const second = callOf([Q, 'A', OTHER]);
    turn(callOf([Q]));
    now += MINUTE;
    assert.deepEqual(turn(second), ['continued 1 m 1']);
    now += MINUTE;
    assert.deepEqual(turn(second), ['regenerated 2 m 0']);
    now += MINUTE;
    assert.deepEqual(
      begin(callOf([Q, 'A', 'And which animals live there, and when do they sleep?'])),
      [],
      'another question',
    );
  });

  test('a question like the last one is asked again in other words, within five minutes', () => {
    turn(callOf([Q]), 'a');
    now += 4 * MINUTE;
    assert.deepEqual(turn(callOf([Q, 'A', Q2]), 'b'), ['rephrased 1 a 0']);
    now += 4 * MINUTE;
    assert.deepEqual(turn(callOf([Q, 'A', Q2, 'B', Q]), 'c'), ['rephrased 2 b 0'], 'of the answer before it');
    now += 6 * MINUTE;
    assert.deepEqual(begin(callOf([Q, 'A', Q2, 'B', Q, 'C', Q2])), ['continued 3 c 1'], 'so late it is another');
  });

  test('an edited question is one in other words, where a header names the session', () => {
    turn(callOf([Q]), 'a');
    now += MINUTE;
    assert.deepEqual(begin(callOf([Q2])), ['rephrased 1 a 0']);
    assert.deepEqual(begin(callOf([Q2])), [], 'once');
  });

  test('so is a new conversation with nearly the same question', () => {
    turn(callOf([Q]), 'a', 'one');
    now += MINUTE;
    assert.deepEqual(begin(callOf([Q2]), 'two', 'somebody else'), []);
    assert.deepEqual(begin(callOf([OTHER]), 'three'), []);
    assert.deepEqual(
      begin(callOf([Q2], { messages: [{ role: 'user', content: Q2 }] }), 'four'),
      [],
      'by other instructions',
    );
    conversations = open();
    made = 0;
    turn(callOf([Q]), 'a', 'one');
    now += MINUTE;
    assert.deepEqual(turn(callOf([`${Q} Please!`]), 'b', 'two'), ['rephrased 1 a 0']);
    turn(callOf([`${Q} Please!`, 'B', OTHER]), 'b', 'two');
    now += MINUTE;
    assert.deepEqual(begin(callOf([`${Q} Once more!`]), 'five'), [], 'who went on was content');
  });

  test('a program that goes through a list does not repeat itself', () => {
    const row = (i: number): Call => callOf([`Classify as one of the usual kinds and say no more: row ${i}`]);
    const shown = Array.from({ length: 20 }, (_, i) => turn(row(i), 'm', `s${i}`));
    assert.deepEqual(shown.flat(), [], 'what comes at once is no person’s');
    const slow = Array.from({ length: 20 }, (_, i) => {
      now += 20_000;
      return turn(row(100 + i), 'm', `t${i}`).length;
    });
    assert.ok(
      slow.slice(3).every((n) => n === 0),
      'nobody begins that many conversations',
    );
  });

  test('nor one that asks by the clock', () => {
    const shown = Array.from({ length: 12 }, () => {
      now += MINUTE;
      return turn(callOf([Q])).length;
    });
    assert.equal(
      shown.reduce((a, b) => a + b),
      MOST_AGAIN,
    );
  });

  test('going on speaks for an answer; that of a program, or after results of tools, says nothing', () => {
    const next = (i: number): Call =>
      callOf([Q, ...Array.from({ length: 2 * i }, (_, n) => (n % 2 === 0 ? 'A' : `${OTHER} ${n}`))]);
    turn(next(0), 'a');
    now += 10_000;
    assert.deepEqual(turn(next(1), 'a'), ['continued 1 a 1']);
    now += 999;
    assert.deepEqual(begin(next(2)), [], 'within a second');
    now += 1;
    assert.deepEqual(turn(toolsOf([Q, 'A', OTHER]), 'a'), []);
  });

  test('what a turn with tools came to is what its last answer is', () => {
    turn(callOf([Q]), 'a');
    turn(toolsOf([Q]), 'b');
    now += MINUTE;
    assert.deepEqual(begin(callOf([Q])), ['regenerated 2 b 0']);
    turn(callOf([Q]), 'c');
    turn(toolsOf([Q]), 'd');
    now += MINUTE;
    assert.deepEqual(begin(callOf([Q, 'A', Q2])), ['rephrased 4 d 0']);
  });

  test('short words that are said again are no complaint, unless in the same place', () => {
    turn(callOf([Q]));
    now += MINUTE;
    assert.deepEqual(turn(callOf([Q, 'A', 'Go on'])), ['continued 1 m 1']);
    now += MINUTE;
    assert.deepEqual(turn(callOf([Q, 'A', 'Go on', 'B', 'Go on'])), ['continued 2 m 1']);
    now += MINUTE;
    assert.deepEqual(begin(callOf([Q, 'A', 'Go on', 'B', 'Go on'])), ['regenerated 3 m 0']);
  });

  test('who goes back to before an answer says nothing of it', () => {
    turn(callOf([Q]));
    turn(callOf([Q, 'A', OTHER]));
    turn(callOf([Q, 'A', OTHER, 'B', 'So what is it?']));
    now += MINUTE;
    assert.deepEqual(begin(callOf([Q, 'A', 'Something else, entirely new'])), []);
  });

  test('an answer that was cut short is not spoken for', () => {
    const call = callOf([Q]);
    answer(call, 'm', 's', { finish: 'length' });
    now += MINUTE;
    assert.deepEqual(begin(callOf([Q, 'A', OTHER])), []);
    assert.deepEqual(begin(call), ['regenerated 1 m 0'], 'but may be spoken against');
  });

  test('a call that was not answered changes nothing', () => {
    turn(callOf([Q]));
    now += MINUTE;
    const second = callOf([Q, 'A', OTHER]);
    assert.deepEqual(begin(second), ['continued 1 m 1']);
    now += MINUTE;
    assert.deepEqual(begin(second), [], 'each answer says one thing');
  });
});

describe('a conversation that is over', () => {
  const over = (): string[] => told(conversations.ended(now));

  test('is quiet after a quarter of an hour, once', () => {
    turn(callOf([Q]), 'a', 'one');
    now += MINUTE;
    turn(callOf([OTHER]), 'b', 'two');
    now += QUIET_MS - MINUTE - 1_000;
    assert.deepEqual(over(), ['quiet 1 a 1']);
    assert.deepEqual(over(), []);
    now += HOUR;
    assert.deepEqual(over(), ['quiet 2 b 1']);
    assert.deepEqual(begin(callOf([Q, 'A', OTHER]), 'one'), [], 'what was seen of it stands');
  });

  test('is not where something was seen of it, or its last answer was cut short', () => {
    turn(callOf([Q]), 'a', 'one');
    answer(callOf([OTHER]), 'b', 'two', { finish: 'tool_calls' });
    now += MINUTE;
    begin(callOf([Q]), 'one');
    now += HOUR;
    assert.deepEqual(over(), []);
  });

  test('is remembered for a day', async () => {
    turn(callOf([Q]), 'a');
    const standing = async () => (await conversations.standing(callOf([Q, 'A', OTHER]), 's'))?.model;
    now += 23 * HOUR;
    over();
    assert.equal(await standing(), 'a');
    now += HOUR;
    over();
    assert.equal(await standing(), undefined);
    assert.equal(conversations.sessionAfter(idOf(1)), undefined);
  });

  test('is forgotten where there are too many', async () => {
    conversations = open(100);
    for (let i = 0; i < 150; i++) turn(callOf([`${Q} ${i}`]), 'm', `s${i}`, `c${i}`);
    const known = await Promise.all(
      Array.from(
        { length: 150 },
        async (_, i) => (await conversations.standing(callOf([`${Q} ${i}`, 'A', 'B']), `s${i}`)) !== null,
      ),
    );
    const first = known.indexOf(true);
    assert.ok(first >= 50 && first <= 52, String(first));
    assert.ok(known.slice(first).every(Boolean));
    now += HOUR;
    assert.equal(over().length, 150 - first);
  });
});
