import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { packageRoot } from '../../../src/base/paths.js';
import { pythonWith } from '../../support/python.js';
import { eventually } from '../../support/wait.js';
import { startEndpoint, WAYS } from '../support.js';
import { FORECAST, MODELS, QUERY, TEXT } from './asked.js';

const python = pythonWith('openai==3.22.1', 'openai', 'pydantic');
const SCRIPT = join(packageRoot, 'test/endpoint/clients/python_client.py');

/** What `python_client.py` prints. */
interface Met {
  chat: {
    text: string;
    finish: string;
    id: string;
    model: string;
    usage: number[];
    cached: number;
    headers: Record<string, string>;
  };
  stream: { text: string; pieces: number; models: string[]; total: number };
  tools: { name: string; place: boolean; text: string };
  structured: { fits: boolean; same: boolean };
  responses: { text: string; streamed: string };
  errors: Record<'model' | 'field' | 'key', [string, number, string | null, string | null] | null>;
}

const skip = 'lacking' in python ? python.lacking : false;

for (const way of WAYS)
  describe(`OpenAI’s client for Python, ${way}`, { skip }, () => {
    test('chats, streams, calls tools, gets JSON, aborts and is told of errors', async (t) => {
      assert.ok('env' in python);
      const endpoint = await startEndpoint(t, { way, models: MODELS });
      const model = endpoint.named('small');
      const env = {
        ...python.env,
        PYTHONIOENCODING: 'utf-8',
        ENDPOINT_URL: endpoint.baseURL,
        ENDPOINT_KEY: endpoint.apiKey,
        ENDPOINT_MODEL: model,
        ENDPOINT_SLOW_MODEL: endpoint.named('slow'),
        ENDPOINT_QUERY: QUERY,
        ENDPOINT_FORECAST: FORECAST,
      };
      const { stdout } = await promisify(execFile)('python3', [SCRIPT], { env });
      const { chat, stream, tools, structured, responses, errors } = JSON.parse(stdout) as Met;
      const { headers, id, ...answer } = chat;
      assert.deepEqual(answer, { text: TEXT, finish: 'stop', model, usage: [100, 20], cached: 40 });
      assert.ok(way === 'anthropic' || endpoint.isAnswerId(id, 'chatcmpl-'), id);
      endpoint.decisionIn(headers, 'small');
      assert.ok(stream.pieces > 5);
      assert.deepEqual(stream, { text: TEXT, pieces: stream.pieces, models: [model], total: 120 });
      assert.deepEqual(tools, { name: 'forecast', place: true, text: `${FORECAST} ${TEXT}` });
      assert.deepEqual(structured, { fits: true, same: true });
      assert.deepEqual(responses, { text: TEXT, streamed: TEXT });
      const slow = endpoint.provider.received.find(({ body }) => body['model'] === 'slow')!;
      await eventually('the end of the stream that was closed', () => slow.aborted);
      assert.deepEqual(errors.model?.slice(0, 3), ['NotFoundError', 404, 'model_not_found']);
      assert.equal(errors.field?.[0], 'BadRequestError');
      assert.equal(errors.field?.[3], 'messages');
      assert.equal(errors.key?.[0], 'AuthenticationError');
    });
  });
