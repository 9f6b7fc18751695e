import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { askBackend, lackingTensorFlow } from './ask-backend.js';
import type { ChildAnswer, Numbers } from './backend-child.js';

const skip = await lackingTensorFlow();

/** Largest difference that float32 sums in another order may make, in parts of a tensor's largest number. */
const TOLERANCE = 2e-4;

async function numbersOf(backend: 'tensorflow' | 'wasm' | 'cpu'): Promise<Numbers> {
  const answer: ChildAnswer = await askBackend(backend, { compute: true });
  assert.equal(answer.kind, 'opened', JSON.stringify(answer));
  return (answer as Extract<ChildAnswer, { kind: 'opened' }>).numbers;
}

function assertNear(actual: Numbers, expected: Numbers): void {
  assert.deepEqual(Object.keys(actual).toSorted(), Object.keys(expected).toSorted());
  for (const [name, values] of Object.entries(expected)) {
    assert.equal(actual[name]!.length, values.length, name);
    assert.ok(values.every(Number.isFinite), name);
    const largest = values.reduce((max, x) => Math.max(max, Math.abs(x)), 1e-3);
    values.forEach((x, i) =>
      assert.ok(Math.abs(actual[name]![i]! - x) <= TOLERANCE * largest, `${name}[${i}]: ${actual[name]![i]} for ${x}`),
    );
  }
}

describe('one training step: forward pass, loss and gradients', () => {
  let reference: Numbers;
  before(async () => {
    reference = await numbersOf('cpu');
  });

  test('reaches every weight on the plain JavaScript backend', () => {
    const gradients = Object.entries(reference).filter(([name]) => name.startsWith('gradient'));
    assert.ok(gradients.length > 20);
    // What the last hop tells families and domains nobody hears, and of a single message no attention can choose.
    const idle = /hop1\/(?:llm-family|task-domain|family|domain)|(?:family|domain)\/attention/;
    for (const [name, values] of gradients)
      if (!idle.test(name))
        assert.ok(
          values.some((x) => x !== 0),
          `${name} is all zeros`,
        );
  });

  test('is the same on wasm', async () => assertNear(await numbersOf('wasm'), reference));

  test('is the same on TensorFlow’s own library', { skip }, async () =>
    assertNear(await numbersOf('tensorflow'), reference),
  );
});
