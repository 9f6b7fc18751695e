import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openOnnxEncoder } from '../../src/encoder/onnx.js';
import { findOptional } from '../../src/encoder/optional.js';
import { encoderConformance } from './conformance.js';
import { writeTinyModel } from './tiny-onnx.js';

const work = mkdtempSync(join(tmpdir(), 'pointsman-onnx-'));
after(() => rmSync(work, { recursive: true, force: true }));

const modules = process.env['POINTSMAN_ENCODER_MODULES'] ?? '';

function whyNot(): string | false {
  try {
    findOptional('@huggingface/transformers', '', modules);
    return false;
  } catch {
    return (
      '@huggingface/transformers is not installed: ONNXRUNTIME_NODE_INSTALL=skip npm i --prefix DIR ' +
      '@huggingface/transformers@4, then POINTSMAN_ENCODER_MODULES=DIR'
    );
  }
}

const skip = whyNot();
const folder = join(work, 'model');
writeTinyModel(folder, { sort: [3, 4, 0], list: [0, 0, 2], pizza: [-1, 0, 0] });

const close = (a: Float32Array | undefined, b: number[]): void =>
  b.forEach((x, i) => assert.ok(Math.abs((a?.[i] ?? NaN) - x) < 1e-5, `${a} against ${b}`));

encoderConformance('a local model', {
  open: () => openOnnxEncoder(folder, modules),
  texts: ['sort', 'list', 'pizza sort'],
  skip,
});

test('a local model gives the mean of its token vectors, of unit length', { skip }, async () => {
  const encoder = await openOnnxEncoder(folder, modules);
  assert.equal(encoder.dim, 3);
  const [sort, both, pizza] = await encoder.encode(['Sort', 'sort list', 'pizza']);
  close(sort, [0.6, 0.8, 0]);
  // Mean of [3, 4, 0] and [0, 0, 2] is [1.5, 2, 1], of length √7.25.
  close(
    both,
    [1.5, 2, 1].map((x) => x / Math.sqrt(7.25)),
  );
  close(pizza, [-1, 0, 0]);
});

test('texts with nothing in them are zero, also among others, and many texts keep their order', { skip }, async () => {
  const encoder = await openOnnxEncoder(folder, modules);
  const texts = Array.from({ length: 75 }, (_, i) => (i % 3 === 0 ? '  ' : i % 3 === 1 ? 'sort' : 'pizza pizza'));
  const vectors = await encoder.encode(texts);
  assert.deepEqual(
    vectors.map((vector) => Math.sign(vector[0] ?? NaN)),
    texts.map((text) => (text === 'sort' ? 1 : text === '  ' ? 0 : -1)),
  );
  assert.deepEqual(await encoder.encode([]), []);
});

test('the id follows the weights, not the path', { skip }, async () => {
  const same = join(work, 'same');
  const other = join(work, 'other');
  writeTinyModel(same, { sort: [3, 4, 0], list: [0, 0, 2], pizza: [-1, 0, 0] });
  writeTinyModel(other, { sort: [3, 4, 1], list: [0, 0, 2], pizza: [-1, 0, 0] });
  const [a, b, c] = await Promise.all([folder, same, other].map((path) => openOnnxEncoder(path, modules)));
  assert.equal(a?.id, b?.id);
  assert.notEqual(a?.id, c?.id);
});

test('damaged weights are encoder_unavailable, naming the folder', { skip }, async () => {
  const damaged = join(work, 'damaged');
  writeTinyModel(damaged, { sort: [1] });
  writeFileSync(join(damaged, 'onnx/model.onnx'), 'no protobuf');
  await assert.rejects(openOnnxEncoder(damaged, modules), {
    code: 'encoder_unavailable',
    message: new RegExp(damaged),
  });
  const broken = join(work, 'broken');
  writeTinyModel(broken, { sort: [1] });
  appendFileSync(join(broken, 'tokenizer.json'), '}');
  await assert.rejects(openOnnxEncoder(broken, modules), { code: 'encoder_unavailable' });
});

test('what a model folder lacks is named before anything is loaded', async () => {
  await assert.rejects(openOnnxEncoder(join(work, 'nowhere')), {
    code: 'encoder_unavailable',
    message: /there is no folder .*nowhere/,
  });
  const empty = join(work, 'empty');
  mkdirSync(empty);
  await assert.rejects(openOnnxEncoder(empty), {
    code: 'encoder_unavailable',
    message: /lacks config\.json and tokenizer\.json/,
  });
  writeFileSync(join(empty, 'config.json'), '{}');
  writeFileSync(join(empty, 'tokenizer.json'), '{}');
  await assert.rejects(openOnnxEncoder(empty), { code: 'encoder_unavailable', message: /lacks the weights/ });
});

test('without the package, the message has the command that installs it', async () => {
  await assert.rejects(openOnnxEncoder(folder, work), {
    code: 'encoder_unavailable',
    message: /npm install @huggingface\/transformers/,
  });
});
