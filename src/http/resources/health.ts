import { CLOSED, healthOf } from '../../machines/breaker.js';
import {
  BreakerSettings,
  CallReport,
  CallReports,
  HealthList,
  HealthOverride,
  HealthReport,
  LlmHealth,
} from '../../schema/health.js';
import { parse } from '../../schema/parse.js';
import type { Context } from '../context.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';
import { llmParam, modelNotFound } from './llm.js';
import { settingsOperations } from './settings.js';

/** Reports of calls, in an array though one came alone. */
function parseReports(value: unknown): CallReport[] {
  // Not as a union: its message would name no field.
  return Array.isArray(value) ? parse(CallReports, value) : [parse(CallReport, value)];
}

export function healthOperations({
  ledger,
  feedback,
  clock,
}: Pick<Context, 'ledger' | 'feedback' | 'clock'>): Operation[] {
  /** The breakers of these LLMs. */
  async function breakersOf(models: Iterable<string>): Promise<LlmHealth[]> {
    const breakers = await ledger.breakers.list();
    const [now, wall] = [ledger.steady(), clock()];
    return Array.from(models, (model) => healthOf(model, breakers.get(model) ?? CLOSED, now, wall));
  }

  return [
    operation({
      method: 'GET',
      path: '/v1/health',
      tag: 'health',
      scope: 'read',
      writes: false,
      summary: 'Which LLMs fail, and which are out of the rankings for it',
      answers: { 200: { description: 'The breaker of every LLM, by id', schema: HealthList } },
      errors: [],
      async run() {
        const llms = await ledger.catalog.list();
        return { models: await breakersOf(llms.map((llm) => llm.id)) };
      },
    }),
    operation({
      method: 'POST',
      path: '/v1/health',
      tag: 'health',
      scope: 'feedback',
      writes: [],
      summary: 'Report how calls of LLMs went',
      description:
        'One report or an array, all counted or none, in order. Feedback counts by itself: an interaction ' +
        'with an `error` failed, one without succeeded.',
      body: requiredBody(HealthReport, parseReports),
      answers: { 200: { description: 'The breakers of the LLMs that were named', schema: HealthList } },
      errors: ['unknown_model'],
      async run({ body: calls }) {
        await feedback.report(calls);
        return { models: await breakersOf(new Set(calls.map((call) => call.model))) };
      },
    }),
    operation({
      method: 'PUT',
      path: '/v1/health/{id}',
      tag: 'health',
      scope: 'admin',
      writes: ['breakers'],
      summary: 'Take an LLM out of the rankings, or put it back',
      params: llmParam,
      body: requiredBody(HealthOverride),
      answers: { 200: { description: 'Its breaker now', schema: LlmHealth } },
      errors: ['model_not_found'],
      async run({ params: { id }, body: { state, reason } }) {
        if (!(await ledger.breakers.override(id, state, reason))) throw modelNotFound(id);
        return (await breakersOf([id]))[0];
      },
    }),
    ...settingsOperations(ledger.settings, {
      path: '/v1/breaker',
      tag: 'health',
      about: 'When LLMs are taken out, and when they come back',
      kind: 'breaker',
      schema: BreakerSettings,
    }),
  ];
}
