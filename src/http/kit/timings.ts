import type { IncomingMessage, ServerResponse } from 'node:http';
import { Histogram, type Registry } from 'prom-client';
import type { Logger } from '../../base/log.js';
import { pathOf } from './target.js';

/** Times requests, by method, route and status. */
export type Timings = (req: IncomingMessage, res: ServerResponse, route: string) => void;

/** Upper bounds in seconds: answers take well under a millisecond, retraining calls and downloads may take seconds. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Other methods, which anybody may invent, would make a series each. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

/** Times each request until its answer is sent or its connection closes; at level `debug`, logs it too. */
export function createTimings(registry: Registry, log: Logger): Timings {
  const durations = new Histogram({
    name: 'pointsman_http_request_duration_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  // Looking a child up by its labels once, not on every request, halves what timing a request takes.
  const timers = new Map<string, { observe(seconds: number): void }>();
  function timerOf(method: string, route: string, status: number): { observe(seconds: number): void } {
    const key = `${method} ${route} ${status}`;
    let timer = timers.get(key);
    if (timer === undefined) timers.set(key, (timer = durations.labels({ method, route, status: String(status) })));
    return timer;
  }
  return (req, res, route) => {
    const start = performance.now();
    res.once('close', () => {
      const milliseconds = performance.now() - start;
      const { method = '' } = req;
      timerOf(METHODS.has(method) ? method : 'other', route, res.statusCode).observe(milliseconds / 1000);
      if (log.isLevelEnabled('debug'))
        log.debug({ method, path: pathOf(req), status: res.statusCode, milliseconds }, 'answered');
    });
  };
}
