import type { Job } from '../../schema/training.js';
import type { Context } from '../context.js';
import { streamReply, type Reply } from '../kit/answer.js';
import { createEventStream, EVENT_STREAM_HEADERS } from '../kit/event-stream.js';

const FINISHED = new Set<Job['state']>(['completed', 'failed']);

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
        const stream = createEventStream(res, heartbeatMs);
        stream.onEnd(unwatch);
        stream.onEnd(streams.add(stream.end));
        deliver = (job) => {
          const isFinished = FINISHED.has(job.state);
          stream.send(isFinished ? job.state : 'progress', JSON.stringify(job));
          if (isFinished) stream.end();
        };
        for (const job of held) deliver(job);
      },
    },
    EVENT_STREAM_HEADERS,
  );
}
