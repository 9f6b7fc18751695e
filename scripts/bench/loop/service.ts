import { join } from 'node:path';
import { openArtifactFolder } from '../../../src/artifact/files/folder.js';
import type { Clock } from '../../../src/base/clock.js';
import { createLogger } from '../../../src/base/log.js';
import { dataPaths } from '../../../src/base/paths.js';
import { createRng, type Rng } from '../../../src/base/rng.js';
import { createHistory } from '../../../src/catalog/history.js';
import { createDecider } from '../../../src/decision/decider.js';
import { openEncoder } from '../../../src/encoder/index.js';
import { createAsk } from '../../../src/endpoint/ask.js';
import { createFeedbackService } from '../../../src/feedback/service.js';
import { createApp, startServer } from '../../../src/http/index.js';
import { createDropped } from '../../../src/judge/dropped.js';
import { openJudging } from '../../../src/judge/judging.js';
import { openLiveScorer } from '../../../src/live/scorer.js';
import { openLiveState, type LiveState } from '../../../src/live/state.js';
import { connectQueues } from '../../../src/queue/index.js';
import type { JudgeQueue } from '../../../src/queue/types.js';
import { openRetrainSchedule } from '../../../src/queue/reconcile.js';
import { groupsOf } from '../../../src/scoring/groups.js';
import { createArtifactStore } from '../../../src/serving/store.js';
import { SUBJECTS } from '../../../src/store/ports/changes.js';
import { openLedger, type Ledger } from '../../../src/store/open.js';
import { trainAndActivate } from '../../../src/training/trainer.js';
import type { TrainResult } from '../../../src/schema/training.js';

/** How often what is live follows the ledger, and settings of the judge are read, in milliseconds. */
const FOLLOW_MS = 100;

export interface LoopService {
  url: string;
  ledger: Ledger;
  live: LiveState;
  /** Answers that wait to be judged. */
  backlog: JudgeQueue['counts'];
  /** The LLM that is expected to do best on a query now, by what was trained and what came since. */
  best(query: string): string;
  /** Trains on all that is known by now, in a process of its own, as a worker does. */
  train(): Promise<TrainResult>;
  close(): Promise<void>;
}

/** `pointsman start` in this process, on a clock that the simulation moves. */
export async function openLoopService(
  folder: string,
  {
    clock,
    rng,
    logLevel,
    prepare,
  }: { clock: Clock; rng: Rng; logLevel: string; prepare(ledger: Ledger): Promise<void> },
): Promise<LoopService> {
  const paths = dataPaths(folder);
  const log = createLogger(logLevel);
  const ledger = await openLedger(paths.ledger, { clock });
  await prepare(ledger);
  const encoder = await openEncoder('static');
  const files = openArtifactFolder(paths.artifacts);
  const scorer = await openLiveScorer({ ledger, artifacts: files, encoder, log });
  const live = await openLiveState({ ledger, scorer, clock, log });
  const decider = createDecider({ live, ledger, clock, rng: rng.fork('decider'), log, encoder });
  const feedback = createFeedbackService({ ledger, live, decider, clock, log, encoder });
  const dropped = createDropped(ledger, log);
  const queues = await connectQueues({
    dataDir: join(folder),
    ledgerId: ledger.id,
    log,
    clock,
    onDropped: dropped.count,
  });
  const judging = await openJudging({
    ledger,
    queue: queues.judge,
    dropped,
    clock,
    rng: createRng(rng.int(2 ** 31)),
    log,
    ask: createAsk({ live, now: () => performance.now(), clock, random: Math.random }),
    post: feedback.post,
  });
  const onActivated = (): Promise<void> => live.follower.catchUp(['artifacts']);
  const app = createApp({
    ledger,
    queue: queues.retrain,
    schedule: openRetrainSchedule({ ledger, queue: queues.retrain, clock, log }),
    live,
    feedback,
    decider,
    artifacts: createArtifactStore({ files, ledger, onActivated, encoder: encoder.id }),
    history: createHistory(ledger.artifacts, files),
    clock,
    judge: {
      offer: judging.offer,
      score: judging.score,
      backlog: () => queues.judge.counts(),
      judged: () => judging.judged(),
      uncallable: (model) => live.providers.uncallable(model, 'chat'),
    },
    log,
    options: { open: true },
  });
  const server = await startServer(app, { host: '127.0.0.1', port: 0 });
  const worker = await judging.work();
  const stops = [live.follower.start(FOLLOW_MS), judging.follow(FOLLOW_MS)];
  return {
    url: server.url,
    ledger,
    live,
    backlog: () => queues.judge.counts(),
    best(query) {
      const serving = live.scorer.current();
      const vector = serving.encode(query) as Float32Array;
      const scored = serving.score(query, vector).filter(({ model }) => serving.trainedOn.has(model));
      const expected = live.corrections.adjust(scored, serving, () => groupsOf(serving, vector).shares);
      return expected.reduce((a, b) => (b.quality > a.quality ? b : a)).model;
    },
    async train() {
      await feedback.drain();
      await decider.flush();
      const result = await trainAndActivate(
        { ledger, dataDir: folder, encoder: 'static', log, onActivated },
        {},
        () => undefined,
      );
      await live.follower.catchUp([...SUBJECTS]);
      await live.corrections.catchUp();
      return result;
    },
    async close() {
      stops.forEach((stop) => stop());
      await server.close();
      await worker.close();
      await queues.close();
      await live.providers.close();
      await decider.flush();
      await ledger.close();
    },
  };
}
