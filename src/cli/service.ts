import { randomInt } from 'node:crypto';
import { isLoopback } from '../base/loopback.js';
import { systemClock } from '../base/clock.js';
import { PointsmanError, messageOf } from '../base/errors.js';
import { openDriftFollower } from '../alerts/follow.js';
import { checkingWebhooks, webhookSettings, webhookWarnings } from '../alerts/webhooks.js';
import { createFeedbackService } from '../feedback/service.js';
import { createRng } from '../base/rng.js';
import { createAsk } from '../endpoint/ask.js';
import { shadowsIn } from '../experiments/shadow-of.js';
import { createDropped } from '../judge/dropped.js';
import { openJudging } from '../judge/judging.js';
import { openExperimentRunner } from '../experiments/runner.js';
import { createApp, startServer } from '../http/index.js';
import { connectQueues } from '../queue/index.js';
import { openRetrainSchedule } from '../queue/reconcile.js';
import type { Activation, TrainRequest } from '../schema/training.js';
import { createTrainer } from '../training/trainer.js';
import { complain } from './output.js';
import { undoAll } from './undo.js';
import { FOLLOW_MS, openWorkspace } from './workspace.js';

export interface ServiceSettings {
  data: string;
  encoder: string;
  logLevel: string;
  redact?: string;
  queue?: string;
  /** What training computes on where a request names nothing. */
  backend?: TrainRequest['backend'];
  /** How a version comes into force where a request does not say it. */
  activation?: Activation;
  /** Nice value of the training process, 0 to 19. */
  trainingPriority?: number;
  host: string;
  port: number;
  /** Whether nobody is asked for a key, on whatever address. */
  open?: boolean;
  allowedHosts?: string[];
  corsOrigins?: string[];
  openMetrics?: boolean;
  allowPrivateWebhooks?: boolean;
}

/** How often the queue's schedule is compared with the ledger's, in milliseconds. */
const SCHEDULE_MS = 5_000;
/** How often experiments are looked at, in milliseconds. */
const EXPERIMENTS_MS = 5_000;
/** How often the settings of the judge are read again, in milliseconds. */
const JUDGE_MS = 1_000;

export interface Service {
  /** Where the API listens; null for a worker alone. */
  url: string | null;
  /** Whether nobody is asked for a key, as it started. */
  open: boolean;
  /** Answers what was taken, gives a running job back to the queue, and closes everything. Safe to call again. */
  close(): Promise<void>;
}

/** Throws `invalid_config` where others could reach the API, and nobody would be asked for a key. */
function checkLocked(open: boolean, anyKey: boolean, host: string): void {
  if (open || anyKey || isLoopback(host)) return;
  throw new PointsmanError(
    'invalid_config',
    `host: expected a loopback address, as there is no key yet, got ${host}. \`pointsman keys create NAME --scopes ` +
      'admin` makes one; with --open, whoever reaches the address may do everything',
  );
}

/** Starts the API, the worker, or both, on one data folder. */
export async function startService(
  settings: ServiceSettings,
  parts: { api: boolean; worker: boolean },
): Promise<Service> {
  if (!(parts.api && parts.worker) && !settings.queue)
    throw new PointsmanError(
      'invalid_config',
      'POINTSMAN_QUEUE: expected redis://… or postgres://…, since an API and a worker of their own need a ' +
        'queue to share; `pointsman start` runs both with the embedded one',
    );
  const webhooks = webhookSettings(process.env, settings.allowPrivateWebhooks);
  const undo: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= undoAll(undo));
  try {
    const workspace = await openWorkspace(settings, { serving: parts.api });
    undo.push(workspace.close, workspace.follow());
    const { open = false, openMetrics = false, allowedHosts: hosts = [], corsOrigins = [] } = settings;
    const isOpen = open || !workspace.live.keys.any();
    if (parts.api) checkLocked(open, workspace.live.keys.any(), settings.host);
    const { ledger, live, decider, artifacts, history, encoder, redact, log } = workspace;
    const dropped = createDropped(ledger, log);
    const queues = await connectQueues({
      url: settings.queue,
      dataDir: settings.data,
      ledgerId: ledger.id,
      log,
      clock: systemClock,
      onDropped: dropped.count,
    });
    undo.push(dropped.flush, () => queues.close());
    const queue = queues.retrain;
    const schedule = openRetrainSchedule({ ledger, queue, clock: systemClock, log });
    undo.push(schedule.follow(SCHEDULE_MS));
    const feedback = createFeedbackService({ ledger, live, decider, clock: systemClock, log, encoder, redact });
    const judging = await openJudging({
      ledger,
      queue: queues.judge,
      dropped,
      clock: systemClock,
      rng: createRng(randomInt(2 ** 31)),
      log,
      ask: createAsk({ live, now: () => performance.now(), clock: systemClock, random: Math.random }),
      post: feedback.post,
      shadowOf: shadowsIn(ledger),
    });
    undo.push(judging.follow(JUDGE_MS));
    let url: string | null = null;
    if (parts.api) {
      for (const warning of webhookWarnings(await ledger.settings.get('drift'), webhooks)) log.warn(warning);
      undo.push(openDriftFollower({ ledger, queue, webhooks, clock: systemClock, log }).follow(FOLLOW_MS));
      undo.push(openExperimentRunner({ ledger, clock: systemClock, log }).follow(EXPERIMENTS_MS));
      const app = createApp({
        ledger: { ...ledger, settings: checkingWebhooks(ledger.settings, webhooks) },
        queue,
        schedule,
        live,
        feedback,
        decider,
        artifacts,
        history,
        clock: systemClock,
        judge: {
          offer: judging.offer,
          compare: judging.compare,
          score: judging.score,
          backlog: () => queues.judge.counts(),
          judged: () => judging.judged(),
          uncallable: (model) => live.providers.uncallable(model, 'chat'),
        },
        redact,
        log,
        options: { open, openMetrics, hosts, corsOrigins },
      });
      const server = await startServer(app, settings);
      undo.push(() => server.close());
      url = server.url;
    }
    // Jobs are taken only once the address is.
    if (parts.worker) {
      const { backend, activation, trainingPriority: priority } = settings;
      const worker = await queue.work(createTrainer({ ...workspace.trainer, backend, activation, priority }));
      const judgeWorker = await judging.work();
      undo.push(
        () => worker.close(),
        () => judgeWorker.close(),
      );
    }
    log.info(
      { url, queue: queue.store, worker: parts.worker, data: settings.data, version: live.scorer.current().version },
      'ready',
    );
    if (parts.api && isOpen) log.warn('nobody is asked for a key');
    return { url, open: parts.api && isOpen, close };
  } catch (error) {
    // Why it did not start says more than what could not be undone.
    await close().catch(() => {});
    throw error;
  }
}

/** Runs until SIGINT or SIGTERM, then stops in order. A second signal ends at once. */
export async function untilStopped(service: Service): Promise<void> {
  await new Promise<void>((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
  try {
    await service.close();
  } catch (error) {
    complain(`pointsman: while stopping: ${messageOf(error)}`);
    process.exitCode = 1;
  }
  // Handles of libraries must not keep a stopped service alive.
  process.exit();
}
