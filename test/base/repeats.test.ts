import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRepeats, type Repeats } from '../../src/base/repeats.js';

function counted(kinds?: number): {
  repeats: Repeats<string>;
  told: string[];
  move(ms: number): void;
  see(kind: string): string;
} {
  let now = 1_000_000;
  let number = 0;
  const told: string[] = [];
  const repeats = createRepeats<string>({
    clock: () => now,
    periodMs: 1000,
    repeated: (left, times) => told.push(`${left} ${times} more`),
    ...(kinds === undefined ? {} : { kinds }),
  });
  return {
    repeats,
    told,
    move: (ms) => void (now += ms),
    see: (kind) =>
      repeats.note(kind, () => {
        told.push(`${kind}${++number}`);
        return `${kind}${number}`;
      }),
  };
}

describe('Repeats', () => {
  test('the first of a kind is told at once, those that follow by their number when the period ends', () => {
    const { repeats, told, move, see } = counted();
    assert.equal(see('a'), 'a1');
    for (let i = 0; i < 10; i++) assert.equal(see('a'), 'a1');
    assert.deepEqual(told, ['a1']);
    move(999);
    repeats.sweep();
    assert.deepEqual(told, ['a1']);
    move(1);
    repeats.sweep();
    assert.deepEqual(told, ['a1', 'a1 10 more']);
  });

  test('what goes on is told of once a period, and is a first again after a period without', () => {
    const { told, move, see, repeats } = counted();
    for (let i = 0; i < 30; i++) {
      see('a');
      move(100);
    }
    assert.deepEqual(told, ['a1', 'a1 9 more', 'a1 10 more']);
    move(2000);
    repeats.sweep();
    move(2000);
    assert.equal(see('a'), 'a2');
    assert.deepEqual(told, ['a1', 'a1 9 more', 'a1 10 more', 'a1 10 more', 'a2']);
  });

  test('kinds are told apart', () => {
    const { told, move, see, repeats } = counted();
    for (const kind of ['a', 'b', 'a', 'b', 'b']) see(kind);
    move(1000);
    repeats.sweep();
    assert.deepEqual(told, ['a1', 'b2', 'a1 1 more', 'b2 2 more']);
  });

  test('the oldest kind gives way where there are many, and is told of', () => {
    const { told, see } = counted(2);
    for (const kind of ['a', 'a', 'b', 'c', 'a']) see(kind);
    assert.deepEqual(told, ['a1', 'b2', 'c3', 'a1 1 more', 'a4']);
  });

  test('a clock that moves between reads ends no period that it has just begun', () => {
    let now = 1_000_000;
    let firsts = 0;
    const told: string[] = [];
    const repeats = createRepeats<string>({
      clock: () => now++,
      periodMs: 1000,
      repeated: (left, times) => told.push(`${left} ${times} more`),
    });
    const see = (): string => repeats.note('a', () => `a${++firsts}`);
    see();
    see();
    now += 1000;
    assert.deepEqual([see(), see(), told], ['a1', 'a1', ['a1 1 more']]);
    now += 1000;
    repeats.sweep();
    assert.deepEqual([see(), told], ['a1', ['a1 1 more', 'a1 2 more']]);
  });

  test('a clock that is set back keeps none back', () => {
    const { told, move, see } = counted();
    see('a');
    see('a');
    move(-1_000_000);
    see('b');
    assert.deepEqual(told, ['a1', 'a1 1 more', 'b2']);
  });
});
