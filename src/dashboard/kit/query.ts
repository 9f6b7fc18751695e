import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { useChanges, type Subject } from './live.js';
import { type Problem, problemFrom } from './problem.js';

/** Something that is read of the service. What was read before stays while it is read again. */
export interface Query<T> {
  data: T | undefined;
  /** Why it could not be read; undefined where it was. */
  problem: Problem | undefined;
  isLoading: boolean;
  reload(): void;
}

export interface QueryOptions {
  /** It is read again when one of these changes. */
  follows?: readonly Subject[];
  /** Shortest time between two readings for that, in milliseconds. */
  pauseMs?: number;
}

const PAUSE_MS = 1_500;

/**
 * Reads something of the service, again when `dependencies` change and when what it follows does.
 *
 * @param load asks for it, see `answered`; its signal says that nobody waits any more
 */
export function useQuery<T>(
  load: (signal: AbortSignal) => Promise<T>,
  dependencies: readonly unknown[],
  { follows = [], pauseMs = PAUSE_MS }: QueryOptions = {},
): Query<T> {
  const [state, setState] = useState<Omit<Query<T>, 'reload'>>({
    data: undefined,
    problem: undefined,
    isLoading: true,
  });
  const [asked, setAsked] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  const waiting = useRef<number | undefined>(undefined);
  const readAt = useRef(0);
  const reload = useCallback(() => setAsked((count) => count + 1), []);

  useEffect(() => {
    const stopping = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    readAt.current = performance.now();
    latest.current(stopping.signal).then(
      (data) => stopping.signal.aborted || setState({ data, problem: undefined, isLoading: false }),
      (error: unknown) => {
        if (stopping.signal.aborted) return;
        const problem = problemFrom(error);
        setState((before) => ({ ...before, problem, isLoading: false }));
      },
    );
    return () => stopping.abort();
  }, [asked, ...dependencies]);

  useChanges(follows, () => {
    if (waiting.current !== undefined) return;
    const pause = Math.max(0, readAt.current + pauseMs - performance.now());
    waiting.current = window.setTimeout(() => {
      waiting.current = undefined;
      reload();
    }, pause);
  });
  useEffect(() => () => clearTimeout(waiting.current), []);

  return { ...state, reload };
}
