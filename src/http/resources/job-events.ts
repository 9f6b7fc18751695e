import type { ServerResponse } from 'node:http';
import type { Job } from '../../schema/training.js';
import type { Context } from '../context.js';
import { streamReply, type Reply } from '../kit/answer.js';

const FINISHED = new Set<Job['state']>(['completed', 'failed']);

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  // Proxies that gather output before passing it on would hold back progress.
  'X-Accel-Buffering': 'no',
};

/** Writes one job's events to one client, until the job ends, the client goes away or the service stops. */
function createStream(
  res: ServerResponse,
  heartbeatMs: number,
): { send(job: Job): void; end(): void; onEnd(cleanUp: () => void): void } {
  const cleanUps: (() => void)[] = [];
  let open = true;
  let events = 0;
  const heartbeat = setInterval(() => res.write(': still here\n\n'), heartbeatMs);

  function end(): void {
    if (!open) return;
    open = false;
    clearInterval(heartbeat);
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
    res.end();
  }

  res.once('close', end);
  return {
    send(job) {
      if (!open) return;
      const finished = FINISHED.has(job.state);
      res.write(`id: ${++events}\nevent: ${finished ? job.state : 'progress'}\ndata: ${JSON.stringify(job)}\n\n`);
      if (finished) end();
    },
    end,
    onEnd: (cleanUp) => void (open ? cleanUps.push(cleanUp) : cleanUp()),
  };
}

/** The job as it stands, then each change of it, as server-sent events. Throws `job_not_found`. */
export async function jobEvents(
  { queue, streams, heartbeatMs }: Pick<Context, 'queue' | 'streams' | 'heartbeatMs'>,
  id: string,
): Promise<Reply> {
  // The first call comes while `watch` runs, before it is known that there is something to stream.
  const held: Job[] = [];
  let deliver = (job: Job): void => void held.push(job);
  const unwatch = await queue.watch(id, (job) => deliver(job));
  return streamReply(
    {
      discard: unwatch,
      open(res) {
        const stream = createStream(res, heartbeatMs);
        stream.onEnd(unwatch);
        stream.onEnd(streams.add(stream.end));
        deliver = stream.send;
        for (const job of held) stream.send(job);
      },
    },
    HEADERS,
  );
}
