import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { JudgeView } from '../judge/types.js';
import type { LiveLoad } from '../live/load.js';
import { LIMIT_KINDS } from '../schema/load.js';
import type { FeedbackReceipt } from '../schema/feedback.js';
import type { ScorerHolder } from '../scoring/types.js';
import type { CallRecord } from '../store/ports/calls.js';
import type { Ledger } from '../store/ports/index.js';

export interface Metrics {
  registry: Registry;
  countDecision(model: string, version: string | null): void;
  countCall(call: CallRecord): void;
  countFeedback(receipt: Pick<FeedbackReceipt, 'interactions' | 'preferences' | 'signals'>): void;
}

export interface MetricsParts {
  ledger: Pick<Ledger, 'breakers' | 'alerts' | 'retention' | 'judge'>;
  live: { scorer: ScorerHolder; load: Pick<LiveLoad, 'list'> };
  judge?: Pick<JudgeView, 'judged'> | undefined;
}

/** Upper bounds in seconds: a short answer of a small LLM begins in a tenth of one, a long thought takes minutes. */
const FIRST_BYTE_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

/** What Prometheus reads, but how long requests take, which the kit adds to the registry. */
export function createMetrics({ ledger, live: { scorer, load }, judge }: MetricsParts): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
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
  const callsEnded = new Counter({
    name: 'pointsman_calls_total',
    help: 'Calls through the model endpoint, by the LLM that answered, its provider, form and class of error',
    labelNames: ['model', 'provider', 'api', 'error'],
    registers,
  });
  const firstBytes = new Histogram({
    name: 'pointsman_call_first_byte_seconds',
    help: 'Time that a provider took until the beginning of its answer',
    labelNames: ['model'],
    buckets: FIRST_BYTE_BUCKETS,
    registers,
  });
  const callTokens = new Counter({
    name: 'pointsman_call_tokens_total',
    help: 'Tokens of calls, as providers count them; of kind="prompt", those of kind="cached" were cached',
    labelNames: ['model', 'kind'],
    registers,
  });
  const callCost = new Counter({
    name: 'pointsman_call_cost_usd_total',
    help: 'US dollars of calls, by their tokens and the prices that are declared',
    labelNames: ['model'],
    registers,
  });
  const activeVersion = new Gauge({
    name: 'pointsman_active_version_info',
    help: '1 for the version in force; version="none" before anything is trained',
    labelNames: ['version'],
    registers: [],
    collect() {
      this.reset();
      this.set({ version: scorer.current().version ?? 'none' }, 1);
    },
  });
  const models = new Gauge({
    name: 'pointsman_models',
    help: 'LLMs that can be scored',
    registers: [],
    collect() {
      this.set(scorer.current().models.length);
    },
  });
  const out = new Gauge({
    name: 'pointsman_model_out',
    help:
      '1 for an LLM that is out of the rankings, or tried now and then, because it failed or an operator took it ' +
      'out',
    labelNames: ['model'],
    registers: [],
    async collect() {
      const breakers = await ledger.breakers.open();
      this.reset();
      for (const model of breakers.keys()) this.set({ model }, 1);
    },
  });
  const alerts = new Counter({
    name: 'pointsman_drift_alerts_total',
    help: 'Confirmed changes of an LLM on a task, of all processes on this ledger',
    labelNames: ['model', 'task', 'signal', 'direction'],
    registers: [],
    async collect() {
      const counts = await ledger.alerts.counts();
      this.reset();
      for (const { count, ...labels } of counts) this.inc(labels, count);
    },
  });
  const alertOpen = new Gauge({
    name: 'pointsman_drift_alert_open',
    help: '1 where an LLM got worse on a task and is trusted less there',
    labelNames: ['model', 'task', 'signal'],
    registers: [],
    async collect() {
      const open = await ledger.alerts.open();
      this.reset();
      for (const { model, task, signal } of open) this.set({ model, task, signal }, 1);
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
  const ledgerRows = new Gauge({
    name: 'pointsman_ledger_rows',
    help:
      'Rows of the tables that grow with traffic, as counted when they are written and removed; table="text" are ' +
      'the texts of logged queries that are not forgotten',
    labelNames: ['table'],
    registers: [],
    async collect() {
      for (const { table, rows } of await ledger.retention.sizes()) this.set({ table }, rows);
    },
  });
  const ledgerBytes = new Gauge({
    name: 'pointsman_ledger_bytes',
    help: 'Size of the ledger: all pages of its file, free ones too, without what is still to be copied into it',
    registers: [],
    async collect() {
      this.set((await ledger.retention.bytes()).bytes);
    },
  });
  const ledgerFreeBytes = new Gauge({
    name: 'pointsman_ledger_free_bytes',
    help: 'Pages of the ledger that hold nothing: they are written next, or given back',
    registers: [],
    async collect() {
      this.set((await ledger.retention.bytes()).freeBytes);
    },
  });
  const removed = new Counter({
    name: 'pointsman_retention_removed_total',
    help:
      'Rows that were removed since the ledger was made or upgraded, by all processes on it; table="text" are texts ' +
      'that were forgotten, or went with their query',
    labelNames: ['table'],
    registers: [],
    async collect() {
      const sizes = await ledger.retention.sizes();
      this.reset();
      for (const { table, removed: count } of sizes) this.inc({ table }, count);
    },
  });
  const judged = new Counter({
    name: 'pointsman_judged_total',
    help: 'Answers that were judged by this process, by the LLM that answered',
    labelNames: ['model'],
    registers: [],
    collect() {
      this.reset();
      for (const [model, count] of judge?.judged() ?? []) this.inc({ model }, count);
    },
  });
  const judgeSpent = new Gauge({
    name: 'pointsman_judge_spent_usd',
    help:
      'US dollars spent on judging today (UTC), of all processes on this ledger; what is being spent counts as ' +
      'expected',
    registers: [],
    async collect() {
      this.set((await ledger.judge.today()).spentUsd);
    },
  });
  registry.registerMetric(judged);
  registry.registerMetric(judgeSpent);
  for (const metric of [ledgerRows, ledgerBytes, ledgerFreeBytes, removed]) registry.registerMetric(metric as Gauge);
  registry.registerMetric(activeVersion);
  registry.registerMetric(limits);
  registry.registerMetric(alerts);
  registry.registerMetric(alertOpen);
  registry.registerMetric(out);
  registry.registerMetric(models);

  // Looking a child up by its labels once, not on every decision, halves what counting takes.
  const counters = new Map<string, { inc(): void }>();
  function counterOf(model: string, version: string): { inc(): void } {
    const key = `${version} ${model}`;
    let counter = counters.get(key);
    if (counter === undefined) counters.set(key, (counter = decisions.labels({ model, version })));
    return counter;
  }

  const modelCounters = new Map<string, ReturnType<typeof countersOf>>();
  const countersOf = (model: string) => ({
    firstByte: firstBytes.labels({ model }),
    prompt: callTokens.labels({ model, kind: 'prompt' }),
    cached: callTokens.labels({ model, kind: 'cached' }),
    completion: callTokens.labels({ model, kind: 'completion' }),
    cost: callCost.labels({ model }),
  });
  function ofModel(model: string): ReturnType<typeof countersOf> {
    let own = modelCounters.get(model);
    if (own === undefined) modelCounters.set(model, (own = countersOf(model)));
    return own;
  }

  return {
    registry,
    countDecision: (model, version) => counterOf(model, version ?? 'none').inc(),
    countCall({ model, provider, api, error, ttftMs, promptTokens, cachedTokens, completionTokens, costUsd }) {
      callsEnded.inc({ model, provider: provider ?? 'none', api, error: error ?? 'none' });
      const own = ofModel(model);
      if (ttftMs !== null) own.firstByte.observe(ttftMs / 1000);
      own.prompt.inc(promptTokens ?? 0);
      own.cached.inc(cachedTokens ?? 0);
      own.completion.inc(completionTokens ?? 0);
      own.cost.inc(costUsd ?? 0);
    },
    countFeedback({ interactions, preferences, signals = 0 }) {
      if (interactions > 0) feedback.inc({ kind: 'interaction' }, interactions);
      if (preferences > 0) feedback.inc({ kind: 'preference' }, preferences);
      if (signals > 0) feedback.inc({ kind: 'signal' }, signals);
    },
  };
}
