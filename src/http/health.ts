import { CLOSED, healthOf } from '../machines/breaker.js';
import {
  BreakerSettings,
  CallReport,
  CallReports,
  HealthList,
  HealthOverride,
  HealthReport,
  LlmHealth,
} from '../schema/health.js';
import { LlmId } from '../schema/ids.js';
import { parse } from '../schema/parse.js';
import { bodyOf } from './body.js';
import type { Context } from './context.js';
import { idOf, notFound } from './models.js';
import { sendJson, type Resource } from './resource.js';
import { settingsResource } from './settings.js';

export function healthResources({ ledger, health, load, clock, readJson }: Context): Resource[] {
  /** The breakers of these LLMs, of all of the catalogue where none is named. */
  function answer(models: Iterable<string> = ledger.catalog.listLlms().map((llm) => llm.id)): LlmHealth[] {
    const breakers = ledger.readBreakers();
    const now = clock();
    return Array.from(models, (model) => healthOf(model, breakers.get(model) ?? CLOSED, now));
  }

  return [
    {
      path: '/v1/health',
      tag: 'health',
      operations: {
        get: {
          summary: 'Which LLMs fail, and which are out of the rankings for it',
          answers: { 200: { description: 'The breaker of every LLM, by id', schema: HealthList } },
          errors: [],
          handlers: [(_req, res) => sendJson(res, 200, JSON.stringify({ models: answer() }))],
        },
        post: {
          summary: 'Report how calls of LLMs went',
          description:
            'One report or an array, all counted or none, in order. Feedback counts by itself: an interaction ' +
            'with an `error` failed, one without succeeded.',
          body: { schema: HealthReport, required: true },
          answers: { 200: { description: 'The breakers of the LLMs that were named', schema: HealthList } },
          errors: ['unknown_model'],
          handlers: [
            readJson,
            (req, res) => {
              const body = bodyOf(req);
              // Not as a union: its message would name no field.
              const calls = Array.isArray(body) ? parse(CallReports, body) : [parse(CallReport, body)];
              ledger.reportCalls(calls);
              health.refresh();
              for (const { decision_id: decision } of calls) if (decision !== undefined) load.release(decision);
              sendJson(res, 200, JSON.stringify({ models: answer(new Set(calls.map((call) => call.model))) }));
            },
          ],
        },
      },
    },
    {
      path: '/v1/health/{id}',
      tag: 'health',
      parameters: {
        id: { schema: LlmId, raw: true, description: 'Id of an LLM. Slashes may stand as they are or as %2F.' },
      },
      operations: {
        put: {
          summary: 'Take an LLM out of the rankings, or put it back',
          body: { schema: HealthOverride, required: true },
          answers: { 200: { description: 'Its breaker now', schema: LlmHealth } },
          errors: ['model_not_found'],
          handlers: [
            readJson,
            (req, res) => {
              const id = idOf(req);
              const { state, reason } = parse(HealthOverride, bodyOf(req));
              if (!ledger.overrideBreaker(id, state, reason)) throw notFound(id);
              health.refresh();
              sendJson(res, 200, JSON.stringify(answer([id])[0]));
            },
          ],
        },
      },
    },
    settingsResource(
      {
        path: '/v1/breaker',
        tag: 'health',
        about: 'When LLMs are taken out, and when they come back',
        schema: BreakerSettings,
        get: ledger.getBreakerSettings,
        put(settings) {
          ledger.putBreakerSettings(settings);
          health.refresh();
        },
      },
      { readJson },
    ),
  ];
}
