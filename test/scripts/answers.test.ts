import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createAnswerCheck } from '../../scripts/openapi/answers.js';
import type { OpenApiDocument } from '../../scripts/openapi/document.js';

const responses = {
  200: {
    description: 'A thing',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
  },
  204: { description: 'Nothing' },
  404: {
    description: '`model_not_found`: none',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  },
};
const get = { operationId: 'get', parameters: [], responses };
const callError = { 'application/json': { schema: { $ref: '#/components/schemas/CallError' } } };
const call = {
  operationId: 'call',
  parameters: [],
  responses: {
    200: {
      description: 'An answer, whole or in events',
      content: {
        'application/json': { schema: { type: 'object' } },
        'text/event-stream': { schema: { type: 'string' } },
      },
    },
    400: { description: '`invalid_request`: wrong', content: callError },
    500: { description: '`internal`: wrong inside', content: callError },
  },
};
const document: OpenApiDocument = {
  openapi: '3.1.0',
  paths: { '/things/{id}': { get }, '/things/{id}/parts': { get }, '/things': { get }, '/calls': { post: call } },
  components: {
    schemas: {
      Thing: { type: 'object', required: ['at'], properties: { at: { type: 'string', format: 'date-time' } } },
      Problem: { type: 'object', required: ['code'], properties: { code: { type: 'string' } } },
      CallError: {
        type: 'object',
        required: ['error'],
        properties: { error: { type: 'object', properties: { code: { type: 'string' } } } },
      },
    },
  },
};
const { check } = createAnswerCheck(document);
const json = 'application/json; charset=utf-8';
const problem = 'application/problem+json';
const good = '{"at":"2026-01-01T00:00:00Z"}';

const faultOf = (
  status: number,
  contentType: string | undefined,
  body: string,
  { method = 'GET', target = '/things/1' } = {},
): string | undefined => check({ method, target }, { status, contentType, body }).fault;

describe('an answer', () => {
  test('that is as documented has no fault', () => {
    assert.equal(faultOf(200, json, good), undefined);
    assert.equal(faultOf(204, undefined, ''), undefined);
    assert.equal(faultOf(404, problem, '{"code":"model_not_found"}'), undefined);
    assert.equal(faultOf(200, json, '', { method: 'HEAD' }), undefined);
    assert.equal(faultOf(204, undefined, '', { method: 'OPTIONS' }), undefined);
    assert.equal(faultOf(405, problem, '{"code":"method_not_allowed"}', { method: 'PUT' }), undefined);
    assert.equal(faultOf(404, problem, '{"code":"route_not_found"}', { target: '/nothing' }), undefined);
  });

  test('to what is not HTTP may come for any path, with a code or without a body', () => {
    assert.equal(faultOf(431, problem, '{"code":"headers_too_large"}'), undefined);
    assert.equal(faultOf(431, undefined, ''), undefined);
    assert.equal(faultOf(400, problem, '{"code":"bad_http"}', { target: '*' }), undefined);
    assert.match(faultOf(431, 'text/plain', '"code":"headers_too_large"')!, /text\/plain, expected/);
  });

  test('of another status, type, body or code has one', () => {
    assert.match(faultOf(500, problem, '{"code":"internal"}')!, /status 500 is not documented/);
    assert.match(faultOf(200, 'text/html', '<p>')!, /content type "text\/html" is not documented/);
    assert.match(faultOf(200, json, '{}')!, /must have required property 'at'/);
    assert.match(faultOf(200, json, '{"at":"noon"}')!, /must match format "date-time"/);
    assert.match(faultOf(200, json, '{')!, /does not parse/);
    assert.match(faultOf(204, undefined, 'more')!, /a body, expected none/);
    assert.match(faultOf(200, json, good, { method: 'HEAD' })!, /a body, expected none/);
    assert.match(faultOf(404, problem, '{"code":"job_not_found"}')!, /code job_not_found is not documented/);
    assert.match(faultOf(200, json, good, { method: 'PUT' })!, /status 200, expected 400 or 403 or 405/);
    assert.match(faultOf(200, json, good, { target: '/nothing' })!, /status 200, expected 403 or 404/);
  });

  test('with an error is in the form of its path, whatever it is asked', () => {
    const ofCall = (status: number, type: string, body: string, method = 'POST'): string | undefined =>
      faultOf(status, type, body, { method, target: '/calls' });
    const error = (code: string): string => JSON.stringify({ error: { code } });
    assert.equal(ofCall(200, 'application/json', '{}'), undefined);
    assert.equal(ofCall(200, 'text/event-stream', 'data: [DONE]\n\n'), undefined);
    assert.equal(ofCall(400, 'application/json', error('invalid_request')), undefined);
    assert.equal(ofCall(405, 'application/json', error('method_not_allowed'), 'GET'), undefined);
    for (const code of ['host_not_allowed', 'cross_site']) {
      assert.equal(ofCall(403, 'application/json', error(code)), undefined);
      assert.match(ofCall(403, problem, JSON.stringify({ code }))!, /problem\+json, expected application\/json/);
      assert.match(faultOf(403, 'application/json', error(code))!, /json, expected application\/problem\+json/);
    }
    assert.equal(ofCall(431, problem, '{"code":"headers_too_large"}'), undefined);
    assert.match(ofCall(400, problem, '{"code":"invalid_request"}')!, /content type .* is not documented/);
    assert.match(ofCall(400, 'application/json', '{"code":"invalid_request"}')!, /required property 'error'/);
    assert.match(ofCall(405, problem, '{"code":"method_not_allowed"}', 'GET')!, /expected application\/json/);
  });

  test('with an error may have a provider’s own code, but none of the service’s that is not documented', () => {
    const ofCall = (code: string): string | undefined =>
      faultOf(400, 'application/json', JSON.stringify({ error: { code } }), { method: 'POST', target: '/calls' });
    assert.equal(ofCall('context_length_exceeded'), undefined);
    assert.match(ofCall('invalid_json')!, /code invalid_json is not documented/);
  });

  test('is of the path that names most of it, in any case, with or without a slash at its end', () => {
    const pathOf = (target: string): string | undefined =>
      check({ method: 'GET', target }, { status: 200, contentType: json, body: good }).operation;
    assert.equal(pathOf('/things'), 'GET /things');
    assert.equal(pathOf('/THINGS/?q=/x'), 'GET /things');
    assert.equal(pathOf('http://host/things/a/parts/'), 'GET /things/{id}/parts');
    assert.equal(pathOf('/things/a/b/c'), 'GET /things/{id}');
    assert.equal(pathOf('/thing'), undefined);
  });
});
