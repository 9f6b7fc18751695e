import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { ENCODER_SPECS, encoderSettings, openEncoder } from '../../src/encoder/index.js';

test('hashing needs nothing', async () => {
  const encoder = await openEncoder('hashing');
  const [vector] = await encoder.encode(['hello']);
  assert.equal(vector?.length, encoder.dim);
});

test('each specification opens its own encoder', async () => {
  const settings = { apiKey: '', modules: tmpdir() };
  await assert.rejects(openEncoder('energetic', settings), { code: 'encoder_unavailable', message: /@energetic-ai/ });
  await assert.rejects(openEncoder('onnx:/nowhere/model', settings), {
    code: 'encoder_unavailable',
    message: /\/nowhere\/model/,
  });
  await assert.rejects(openEncoder('openai:@cf/bge@small@http://me:x@127.0.0.1:1', settings), {
    code: 'invalid_config',
    message: /without user and password/,
  });
});

test('anything else is invalid_config, listing what is accepted', async () => {
  for (const spec of [
    '',
    'Hashing',
    'openai:',
    'openai:model',
    'openai:@http://127.0.0.1:1',
    'openai:model@ftp://x',
    'onnx:',
    'bert',
  ])
    await assert.rejects(openEncoder(spec), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'invalid_config', spec);
      for (const accepted of ENCODER_SPECS) assert.ok(error.message.includes(accepted), error.message);
      return true;
    });
});

test('settings come from the environment', () => {
  assert.deepEqual(encoderSettings({ POINTSMAN_ENCODER_API_KEY: 'k', POINTSMAN_ENCODER_MODULES: '/m' }), {
    apiKey: 'k',
    modules: '/m',
  });
  assert.deepEqual(encoderSettings({}), { apiKey: '', modules: '' });
});
