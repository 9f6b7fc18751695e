import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redact } from '../base/redact.js';
import type { Logger } from '../base/log.js';
import { createEndpoint } from '../endpoint/endpoint.js';
import type { Context } from './context.js';
import { createDispatcher } from './kit/dispatcher.js';
import { createAuthoriser } from './access/authorise.js';
import { createOriginGuard } from './access/origin.js';
import { createAuditRecorder } from './access/audit.js';
import { audited } from './kit/audit.js';
import { createTimings } from './kit/timings.js';
import { createMetrics } from './metrics.js';
import { registerStateMetrics } from './state-metrics.js';
import { operationsOf } from './resources/index.js';
import { createStreams } from './streams.js';

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
/** Conversations with images are long. */
const DEFAULT_MAX_LARGE_BODY_BYTES = 32 * 1024 * 1024;
const DEFAULT_HEARTBEAT_MS = 15_000;
/** How often, and with what pause in milliseconds, decisions are tried to be written at a stop: ten seconds in all. */
const DRAIN_TRIES = 100;
const DRAIN_PAUSE_MS = 100;

export interface AppOptions {
  /** Longest body, in bytes; 1 MiB unless given. */
  maxBodyBytes?: number;
  /** Longest body of a call, in bytes; 32 MiB unless given. */
  maxLargeBodyBytes?: number;
  /** Pause between heartbeats of an event stream, in milliseconds; 15 seconds unless given. */
  heartbeatMs?: number;
  /** Whether nobody is asked for a key, though there are some. */
  open?: boolean;
  /** Whether `/metrics` is for everybody. */
  openMetrics?: boolean;
  /** See {@link OriginOptions}. */
  hosts?: readonly string[];
  corsOrigins?: readonly string[];
}

/** What the API is made of. */
export interface AppParts extends Pick<
  Context,
  'ledger' | 'queue' | 'schedule' | 'live' | 'feedback' | 'decider' | 'artifacts' | 'history' | 'clock' | 'judge'
> {
  /** What texts go through before they are stored. */
  redact?: Redact | undefined;
  log: Logger;
  options?: AppOptions;
}

/** The API, and what a graceful stop needs of it. */
export interface App {
  handle: RequestListener;
  /** Ends event streams: they would hold up a stop for as long as their jobs run. */
  endStreams(): void;
  /** Resolves when feedback that was taken is durable and decisions are written. */
  drain(): Promise<void>;
}

/** Puts the resources together. */
export function createApp({ options = {}, log, ...parts }: AppParts): App {
  const {
    maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
    maxLargeBodyBytes = DEFAULT_MAX_LARGE_BODY_BYTES,
    heartbeatMs = DEFAULT_HEARTBEAT_MS,
    open = false,
    openMetrics = false,
    hosts = [],
    corsOrigins = [],
  } = options;
  const { keys } = parts.live;
  const metrics = createMetrics(parts);
  registerStateMetrics(metrics.registry, parts);
  const endpoint = createEndpoint({
    ...parts,
    log,
    onCall: metrics.countCall,
    now: () => performance.now(),
    random: Math.random,
  });
  const streams = createStreams();
  return {
    handle: createDispatcher({
      operations: audited(
        operationsOf({ ...parts, log, endpoint, metrics, streams, heartbeatMs, openMetrics }),
        createAuditRecorder(parts.ledger.audit, log),
      ),
      maxBodyBytes,
      maxLargeBodyBytes,
      log,
      timings: createTimings(metrics.registry, log),
      guard: createOriginGuard({ hosts, corsOrigins, isOpen: () => open || !keys.any() }),
      authorise: createAuthoriser({ keys, open }),
      // Whoever wrote sees it with its next request.
      afterWrite: parts.live.follower.catchUp,
    }),
    endStreams: () => streams.endAll(),
    async drain() {
      await endpoint.drain();
      await parts.feedback.drain();
      // Another process may be writing, an import for some seconds.
      for (let tries = 0; !(await parts.decider.flush()) && tries < DRAIN_TRIES; tries++) await sleep(DRAIN_PAUSE_MS);
    },
  };
}
