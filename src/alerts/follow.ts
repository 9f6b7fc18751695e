import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/ports/index.js';
import type { RetrainQueue } from '../queue/types.js';
import type { Alert, DriftSettings } from '../schema/drift.js';
import { createPost } from './post.js';
import { signedHeaders } from './signature.js';
import type { WebhookSettings } from './webhooks.js';

/** Pause before the second try of a webhook, in milliseconds; doubled for each further one. */
const FIRST_PAUSE_MS = 1_000;
/** What a claim lasts beyond the longest that its tries can take, in milliseconds. */
const CLAIM_MARGIN_MS = 10_000;

export interface DriftFollowParts {
  ledger: Pick<Ledger, 'alerts' | 'artifacts' | 'settings'>;
  queue: Pick<RetrainQueue, 'enqueue'>;
  webhooks: WebhookSettings;
  /** What receivers compare with their own. */
  clock: Clock;
  log: Logger;
  /** Before the second try of a webhook; a second unless told. */
  firstPauseMs?: number;
}

/** Does what alerts ask for: jobs, webhooks, and an end once a version has learned what came since. */
export interface DriftFollower {
  follow(everyMs: number): () => void;
}

/** How long a webhook may take to be sent or given up, in milliseconds. */
function leaseOf({ webhook_timeout_ms: timeout, webhook_tries: tries }: DriftSettings, pause: number): number {
  return tries * timeout + pause * (2 ** (tries - 1) - 1) + CLAIM_MARGIN_MS;
}

/** One process at a time does each of these: it claims it in the ledger first. */
export function openDriftFollower({
  ledger,
  queue,
  webhooks,
  clock,
  log,
  firstPauseMs = FIRST_PAUSE_MS,
}: DriftFollowParts): DriftFollower {
  const post = createPost(webhooks.allowPrivate);
  /** The version whose learning was taken note of. */
  let seen: string | null = null;
  const stopped = new AbortController();

  async function resolve(): Promise<void> {
    const active = await ledger.artifacts.activeVersion();
    if (active === seen) return;
    if (active !== null)
      for (const alert of await ledger.alerts.resolveRetrained(active))
        log.info({ alert, version: active }, 'drift: a version has learned the change');
    seen = active;
  }

  async function retrain(): Promise<void> {
    const alerts = await ledger.alerts.claimRetrain();
    if (alerts.length === 0) return;
    // Where the queue is away, the claim ends by itself after a while.
    const { jobId } = await queue.enqueue({}, 'drift');
    await ledger.alerts.endRetrain(alerts, jobId);
    log.info({ jobId, alerts }, 'drift: a retraining job is enqueued');
  }

  /** Answers what went wrong, undefined where it was sent. */
  async function deliver(
    url: string,
    { id, body }: { id: string; body: string },
    { webhook_timeout_ms: timeout, webhook_tries: tries }: DriftSettings,
  ): Promise<string | undefined> {
    let reason: string | undefined;
    for (let tried = 0; tried < tries && !stopped.signal.aborted; tried++) {
      if (tried > 0) await sleep(firstPauseMs * 2 ** (tried - 1), undefined, { ref: false });
      try {
        const headers = signedHeaders(webhooks.keys, { id, at: clock(), body });
        await post(url, { body, headers, timeoutMs: timeout });
        return undefined;
      } catch (error) {
        reason = messageOf(error);
      }
    }
    return reason;
  }

  async function send(alert: Alert, settings: DriftSettings): Promise<void> {
    const body = JSON.stringify({ event: 'drift', alert });
    await Promise.all(
      settings.webhooks.map(async (url) => {
        const reason = await deliver(url, { id: alert.id, body }, settings);
        // Paths and queries of such URLs are secrets mostly.
        if (reason !== undefined)
          log.error({ alert: alert.id, host: new URL(url).host, reason }, 'drift: an alert could not be posted');
      }),
    );
    // One that a stop cut short is claimed again by another process, or after the next start.
    if (!stopped.signal.aborted) await ledger.alerts.endWebhook(alert.id);
  }

  async function sendAll(): Promise<void> {
    const settings = await ledger.settings.get('drift');
    const lease = leaseOf(settings, firstPauseMs);
    while (!stopped.signal.aborted) {
      const alert = await ledger.alerts.claimWebhook(lease);
      if (alert === undefined) return;
      await send(alert, settings);
    }
  }

  async function look(): Promise<void> {
    await resolve();
    await retrain();
  }

  return {
    follow(everyMs) {
      // Apart, as a queue that takes long to answer must not hold up webhooks, nor they the rest.
      const stops = [
        every(everyMs, look, (error) =>
          log.warn({ error: messageOf(error) }, 'drift: not followed; will be tried again'),
        ),
        every(everyMs, sendAll, (error) =>
          log.warn({ error: messageOf(error) }, 'drift: alerts not posted; will be tried again'),
        ),
      ];
      return () => {
        stopped.abort();
        stops.forEach((stop) => stop());
      };
    },
  };
}
