import type { Request, RequestHandler } from 'express';
import type { ArtifactStore } from '../artifact/types.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { Decider } from '../decision/decider.js';
import type { DriftFeed } from '../feedback/drift-feed.js';
import type { LiveHealth } from '../live/breakers.js';
import type { LiveTrust } from '../live/trust.js';
import type { LiveLoad } from '../live/load.js';
import type { Ledger } from '../store/types.js';
import type { LivePolicies } from '../live/policies.js';
import type { RetrainQueue } from '../queue/types.js';
import type { LiveScorer } from '../scoring/types.js';
import type { FeedbackCommitter } from '../feedback/commit.js';
import type { Metrics } from './metrics.js';
import type { Streams } from './streams.js';

export interface AppParts {
  ledger: Ledger;
  queue: RetrainQueue;
  index: LiveScorer;
  health: LiveHealth;
  trust: LiveTrust;
  load: LiveLoad;
  policies: LivePolicies;
  decider: Decider;
  artifacts: ArtifactStore;
  clock: Clock;
  log: Logger;
  options?: AppOptions;
}

export interface AppOptions {
  /** Longest body, in bytes; 1 MiB unless told. */
  maxBodyBytes?: number;
  /** Pause between heartbeats of an event stream, in milliseconds; 15 seconds unless told. */
  heartbeatMs?: number;
}

/** What resources are made of. */
export interface Context extends Omit<AppParts, 'options'> {
  heartbeatMs: number;
  metrics: Metrics;
  committer: FeedbackCommitter;
  drift: DriftFeed;
  streams: Streams;
  readJson: RequestHandler;
  readYaml: RequestHandler;
}

/** A path parameter; of one that holds slashes, its segments joined again. */
export function pathParameter(req: Request, name: string): string {
  const value = req.params[name];
  return Array.isArray(value) ? value.join('/') : (value ?? '');
}
