import { createParser } from 'eventsource-parser';
import { useEffect, useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { authorization } from '../../kit/session.js';

export type Job = Schemas['Job'];

const RETRY_MS = 2_000;

/** Whether a job goes on. */
export const isOpen = ({ state }: Pick<Job, 'state'>): boolean => state === 'waiting' || state === 'active';

/** Calls `tell` with a job at each of its events, until it has ended, the signal, or a break. */
async function listen(id: string, tell: (job: Job) => void, stopping: AbortSignal): Promise<void> {
  const response = await fetch(`/v1/jobs/${encodeURIComponent(id)}/events`, {
    headers: authorization(),
    signal: stopping,
  });
  if (!response.ok || response.body === null) return;
  const parser = createParser({ onEvent: ({ data }) => tell(JSON.parse(data) as Job) });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(value);
  }
}

/**
 * A job as it goes, by its events.
 *
 * @param first the job as it was read
 * @param onEnd called once it has ended while it was followed
 */
export function useJob(first: Job, onEnd: () => void): Job {
  const [latest, setLatest] = useState(first);
  const job = latest.job_id === first.job_id && !isOpen(latest) ? latest : isOpen(first) ? newer(latest, first) : first;
  useEffect(() => {
    if (!isOpen(first)) return;
    const stopping = new AbortController();
    let timer: number | undefined;
    let hasEnded = false;
    const follow = async (): Promise<void> => {
      try {
        await listen(
          first.job_id,
          (one) => {
            setLatest(one);
            hasEnded = !isOpen(one);
          },
          stopping.signal,
        );
      } catch {
        // It is tried again below.
      }
      if (stopping.signal.aborted) return;
      if (hasEnded) onEnd();
      else timer = window.setTimeout(() => void follow(), RETRY_MS);
    };
    void follow();
    return () => {
      stopping.abort();
      clearTimeout(timer);
    };
  }, [first.job_id, isOpen(first)]);
  return job;
}

/** Of two states of a job, the one that is further. */
function newer(a: Job, b: Job): Job {
  if (a.job_id !== b.job_id) return b;
  return (a.progress?.fraction ?? -1) >= (b.progress?.fraction ?? -1) ? a : b;
}
