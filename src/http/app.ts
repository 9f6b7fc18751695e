import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { createDriftFeed } from '../feedback/drift-feed.js';
import { alertResources } from './alerts.js';
import { readJson, readYaml } from './body.js';
import type { AppParts, Context } from './context.js';
import { createFeedbackCommitter } from '../feedback/commit.js';
import { directly } from './direct.js';
import { decisionResources } from './decisions.js';
import { feedbackResource } from './feedback.js';
import { healthResources } from './health.js';
import { jobResources } from './jobs.js';
import { loadResource } from './load.js';
import { createMetrics } from './metrics.js';
import { modelResources } from './models.js';
import { createOpenApi } from './openapi.js';
import { operationResources } from './operations.js';
import { policyResources } from './policies.js';
import { problemHandler, routeNotFound } from './problem.js';
import { mount, type Resource } from './resource.js';
import { routeResources } from './route.js';
import { scheduleResource } from './schedule.js';
import { createStreams } from './streams.js';
import { weightResources } from './weights.js';

const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;
const DEFAULT_HEARTBEAT_MS = 15_000;
/** How often, and with what pause in milliseconds, decisions are tried to be written at a stop: ten seconds in all. */
const DRAIN_TRIES = 100;
const DRAIN_PAUSE_MS = 100;

/** The API, and what a graceful stop needs of it. */
export interface App {
  handle: RequestListener;
  /** Ends event streams: they would hold up a stop for as long as their jobs run. */
  endStreams(): void;
  /** Resolves when feedback that was taken is durable and decisions are written. */
  drain(): Promise<void>;
}

/** Puts the resources together, the hot paths first. */
export function createApp({ options = {}, ...parts }: AppParts): App {
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES, heartbeatMs = DEFAULT_HEARTBEAT_MS } = options;
  const context: Context = {
    ...parts,
    heartbeatMs,
    metrics: createMetrics(parts),
    committer: createFeedbackCommitter(parts.ledger),
    drift: createDriftFeed({ ...parts, lookup: parts.decider.lookup }),
    streams: createStreams(),
    readJson: readJson(maxBodyBytes),
    readYaml: readYaml(maxBodyBytes),
  };
  let openApi: string | undefined;
  const resources: Resource[] = [
    ...routeResources(context),
    feedbackResource(context),
    ...policyResources(context),
    ...decisionResources(context),
    ...healthResources(context),
    ...alertResources(context),
    loadResource(context),
    ...modelResources(context),
    ...jobResources(context),
    scheduleResource(context),
    ...weightResources(context),
    ...operationResources(context, () => (openApi ??= JSON.stringify(createOpenApi(resources)))),
  ];

  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(context.metrics.observe);
  for (const resource of resources) mount(app, resource);
  app.use(routeNotFound);
  const onError = problemHandler(parts.log);
  app.use(onError);

  return {
    handle: directly(resources, context.metrics.observe, onError, app),
    endStreams: () => context.streams.endAll(),
    async drain() {
      await context.committer.drain();
      await context.drift.drain();
      // Another process may be writing, an import for some seconds.
      for (let tries = 0; !parts.decider.flush() && tries < DRAIN_TRIES; tries++) await sleep(DRAIN_PAUSE_MS);
    },
  };
}
