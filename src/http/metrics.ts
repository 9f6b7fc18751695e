import type { RequestHandler } from 'express';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { LIMIT_KINDS } from '../schema/load.js';
import type { AppParts } from './context.js';

export interface Metrics {
  registry: Registry;
  /** Times each request by route and status. */
  observe: RequestHandler;
  countDecision(model: string, version: string | null): void;
  countFeedback(interactions: number, preferences: number): void;
}

/** Label of what no resource answered: paths as they come would make a series each. */
const UNMATCHED = 'unmatched';

/** Upper bounds in seconds: answers take well under a millisecond, retraining calls and downloads may take seconds. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export function createMetrics({
  index,
  ledger,
  load,
  log,
}: Pick<AppParts, 'index' | 'ledger' | 'load' | 'log'>): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'pointsman_http_request_duration_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const decisions = new Counter({
    name: 'pointsman_decisions_total',
    help: 'Decisions, by the LLM chosen and the version that scored',
    labelNames: ['model', 'version'],
    registers,
  });
  const feedback = new Counter({
    name: 'pointsman_feedback_rows_total',
    help: 'Feedback rows acknowledged, by kind; repeats of an Idempotency-Key included',
    labelNames: ['kind'],
    registers,
  });
  const activeVersion = new Gauge({
    name: 'pointsman_active_version_info',
    help: '1 for the version in force; version="none" before anything is trained',
    labelNames: ['version'],
    registers: [],
    collect() {
      this.reset();
      this.set({ version: index.current().version ?? 'none' }, 1);
    },
  });
  const models = new Gauge({
    name: 'pointsman_models',
    help: 'LLMs that can be scored',
    registers: [],
    collect() {
      this.set(index.current().models.length);
    },
  });
  const out = new Gauge({
    name: 'pointsman_model_out',
    help:
      '1 for an LLM that is out of the rankings, or tried now and then, because it failed or an operator took it ' +
      'out',
    labelNames: ['model'],
    registers: [],
    collect() {
      this.reset();
      for (const model of ledger.openBreakers().keys()) this.set({ model }, 1);
    },
  });
  const alerts = new Counter({
    name: 'pointsman_drift_alerts_total',
    help: 'Confirmed changes of an LLM on a task, of all processes on this ledger',
    labelNames: ['model', 'task', 'signal', 'direction'],
    registers: [],
    collect() {
      this.reset();
      for (const { count, ...labels } of ledger.countAlerts()) this.inc(labels, count);
    },
  });
  const alertOpen = new Gauge({
    name: 'pointsman_drift_alert_open',
    help: '1 where an LLM got worse on a task and is trusted less there',
    labelNames: ['model', 'task', 'signal'],
    registers: [],
    collect() {
      this.reset();
      for (const { model, task, signal } of ledger.openAlerts()) this.set({ model, task, signal }, 1);
    },
  });
  const limits = new Gauge({
    name: 'pointsman_limit_used_ratio',
    help: 'How much of a declared limit is used: of requests and tokens in the last minute, of queries in flight now',
    labelNames: ['model', 'kind'],
    registers: [],
    collect() {
      this.reset();
      for (const llm of load.list())
        for (const kind of LIMIT_KINDS)
          if (llm[kind] !== null) this.set({ model: llm.model, kind }, llm[kind].used / llm[kind].limit);
    },
  });
  registry.registerMetric(activeVersion);
  registry.registerMetric(limits);
  registry.registerMetric(alerts);
  registry.registerMetric(alertOpen);
  registry.registerMetric(out);
  registry.registerMetric(models);

  // Looking a child up by its labels once, not on every request, halves what timing a request takes.
  const timers = new Map<string, { observe(seconds: number): void }>();
  function timerOf(method: string, route: string, status: number): { observe(seconds: number): void } {
    const key = `${method} ${route} ${status}`;
    let timer = timers.get(key);
    if (timer === undefined) timers.set(key, (timer = durations.labels({ method, route, status: String(status) })));
    return timer;
  }

  const counters = new Map<string, { inc(): void }>();
  function counterOf(model: string, version: string): { inc(): void } {
    const key = `${version} ${model}`;
    let counter = counters.get(key);
    if (counter === undefined) counters.set(key, (counter = decisions.labels({ model, version })));
    return counter;
  }

  const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);
  return {
    registry,
    observe(req, res, next) {
      const start = performance.now();
      res.once('close', () => {
        const milliseconds = performance.now() - start;
        const route = (res.locals['route'] as string | undefined) ?? UNMATCHED;
        const method = METHODS.has(req.method) ? req.method : 'other';
        timerOf(method, route, res.statusCode).observe(milliseconds / 1000);
        if (log.isLevelEnabled('debug'))
          log.debug({ method: req.method, path: req.path, status: res.statusCode, milliseconds }, 'answered');
      });
      next();
    },
    countDecision: (model, version) => counterOf(model, version ?? 'none').inc(),
    countFeedback(interactions, preferences) {
      if (interactions > 0) feedback.inc({ kind: 'interaction' }, interactions);
      if (preferences > 0) feedback.inc({ kind: 'preference' }, preferences);
    },
  };
}
