import type { ArtifactStore } from '../artifact/types.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { History } from '../catalog/history.js';
import type { Decider } from '../decision/decider.js';
import type { Endpoint } from '../endpoint/types.js';
import type { FeedbackService } from '../feedback/service.js';
import type { JudgeView } from '../judge/types.js';
import type { LiveState } from '../live/state.js';
import type { RetrainSchedule } from '../queue/reconcile.js';
import type { RetrainQueue } from '../queue/types.js';
import type { Ledger } from '../store/ports/index.js';
import type { Metrics } from './metrics.js';
import type { Streams } from './streams.js';

/** What resources are made of. */
export interface Context {
  ledger: Ledger;
  queue: RetrainQueue;
  schedule: RetrainSchedule;
  live: LiveState;
  feedback: FeedbackService;
  endpoint: Endpoint;
  decider: Decider;
  artifacts: ArtifactStore;
  history: History;
  clock: Clock;
  log: Logger;
  metrics: Metrics;
  streams: Streams;
  /** What this process knows of judging; undefined where it takes no part in it. */
  judge?: JudgeView | undefined;
  /** Pause between heartbeats of an event stream, in milliseconds. */
  heartbeatMs: number;
  /** Whether `/metrics` is for everybody. */
  openMetrics: boolean;
}
