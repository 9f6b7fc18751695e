import { Gauge, type Registry } from 'prom-client';
import { allowanceOf, NO_USE } from '../machines/quota.js';
import type { Context } from './context.js';
import { checkOf, ledgerCheckOf } from './resources/readiness.js';

/** Most jobs of a state that are counted: a queue that holds more is stuck. */
const MAX_JOBS = 1000;

type Parts = Pick<Context, 'ledger' | 'queue'>;

/** Adds what says whether the parts of a service do, as alerts ask: the ledger, training, the queue, budgets. */
export function registerStateMetrics(registry: Registry, { ledger, queue }: Parts): void {
  registry.registerMetric(
    new Gauge({
      name: 'pointsman_ledger_writable',
      help: '1 where the ledger can be read and written',
      registers: [],
      async collect() {
        this.set((await ledgerCheckOf({ ledger })).ok ? 1 : 0);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'pointsman_last_training_timestamp_seconds',
      help: 'When the newest version was trained, in force or not; 0 before anything is trained',
      registers: [],
      async collect() {
        const [newest] = await ledger.artifacts.list();
        this.set(newest === undefined ? 0 : Date.parse(newest.created_at) / 1000);
      },
    }),
  );
  registry.registerMetric(budgets(ledger));
  registerQueue(registry, queue);
}

function budgets(ledger: Parts['ledger']): Gauge {
  return new Gauge({
    name: 'pointsman_key_budget_used_ratio',
    help: 'How much of the budget of a key is used, by its id and name; period is day or month, in UTC',
    labelNames: ['key', 'name', 'period'],
    registers: [],
    async collect() {
      const [keys, used] = await Promise.all([ledger.keys.list(), ledger.quotas.used()]);
      this.reset();
      for (const { id: key, name, limits, revokedAt } of keys) {
        const allowance = allowanceOf(limits);
        if (revokedAt !== null || allowance === null) continue;
        const { usdToday, usdThisMonth } = used.get(key) ?? NO_USE;
        if (allowance.usdPerDay < Infinity) this.set({ key, name, period: 'day' }, usdToday / allowance.usdPerDay);
        if (allowance.usdPerMonth < Infinity)
          this.set({ key, name, period: 'month' }, usdThisMonth / allowance.usdPerMonth);
      }
    },
  });
}

interface Backlog {
  waiting: number;
  active: number;
  /** For how many seconds the job that waits longest has waited. */
  oldest: number;
}

/** What waits in a queue; null while its store does not answer. One look serves all who ask at the same time. */
function backlogOf(queue: Parts['queue']): () => Promise<Backlog | null> {
  let asked: Promise<Backlog | null> | undefined;
  async function look(): Promise<Backlog | null> {
    let found: Backlog | null = null;
    await checkOf(queue.store, async () => {
      const [waiting, active] = await Promise.all([
        queue.list({ state: 'waiting', limit: MAX_JOBS }),
        queue.list({ state: 'active', limit: MAX_JOBS }),
      ]);
      const now = Date.now();
      const since = Math.min(now, ...waiting.map((job) => Date.parse(job.created_at)));
      found = { waiting: waiting.length, active: active.length, oldest: (now - since) / 1000 };
    });
    return found;
  }
  return () => (asked ??= look().finally(() => (asked = undefined)));
}

/** While the store of the queue is away, only that is known. */
function registerQueue(registry: Registry, queue: Parts['queue']): void {
  const backlog = backlogOf(queue);
  const up = new Gauge({
    name: 'pointsman_queue_up',
    help: '1 where the store of the job queue answers',
    registers: [],
    async collect() {
      this.set((await backlog()) === null ? 0 : 1);
    },
  });
  const jobs = new Gauge({
    name: 'pointsman_queue_jobs',
    help: `Training jobs by state, waiting or active; at most ${MAX_JOBS} of each are counted`,
    labelNames: ['state'],
    registers: [],
    async collect() {
      const found = await backlog();
      this.reset();
      if (found === null) return;
      this.set({ state: 'waiting' }, found.waiting);
      this.set({ state: 'active' }, found.active);
    },
  });
  const oldest = new Gauge({
    name: 'pointsman_queue_oldest_waiting_seconds',
    help: 'For how long the training job that waits longest has waited; 0 where none does',
    registers: [],
    async collect() {
      this.set((await backlog())?.oldest ?? 0);
    },
  });
  registry.registerMetric(up);
  registry.registerMetric(jobs);
  registry.registerMetric(oldest);
}
