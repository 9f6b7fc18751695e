import type { ArtifactStore } from '../artifact/types.js';
import type { Clock } from '../base/clock.js';
import type { Decider } from '../decision/decider.js';
import type { FeedbackCommitter } from '../feedback/commit.js';
import type { DriftFeed } from '../feedback/drift-feed.js';
import type { LiveHealth } from '../live/breakers.js';
import type { LiveLoad } from '../live/load.js';
import type { LivePolicies } from '../live/policies.js';
import type { LiveTrust } from '../live/trust.js';
import type { RetrainQueue } from '../queue/types.js';
import type { LiveIndex } from '../scoring/types.js';
import type { Ledger } from '../store/types.js';
import type { Metrics } from './metrics.js';
import type { Streams } from './streams.js';

/** What resources are made of. */
export interface Context {
  ledger: Ledger;
  queue: RetrainQueue;
  index: LiveIndex;
  health: LiveHealth;
  trust: LiveTrust;
  load: LiveLoad;
  policies: LivePolicies;
  decider: Decider;
  artifacts: ArtifactStore;
  clock: Clock;
  committer: FeedbackCommitter;
  drift: DriftFeed;
  metrics: Metrics;
  streams: Streams;
  /** Pause between heartbeats of an event stream, in milliseconds. */
  heartbeatMs: number;
}
