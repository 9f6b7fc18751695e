import { useEffect, useRef, useState } from 'preact/hooks';
import type { Schemas } from '../../../client/index.js';
import { answered, type Problem, problemFrom } from '../../kit/problem.js';
import { client } from '../../kit/session.js';
import { callOf, requestOf, type Asked, type Settings } from './settings.js';
import { streamAnswer, type Streamed } from './stream.js';

/** What was decided, of a route or of a call. */
export type Decided = Pick<
  Schemas['RouteResponse'],
  'decision_id' | 'model' | 'ranking' | 'version' | 'router' | 'more_ranked' | 'relaxed' | 'fallbacks'
> & { propensity: number; experiment: Schemas['InExperiment'] | null; explanation: Schemas['Explanation'] | null };

/** How a try stands. */
export interface Tried {
  decided: Decided | undefined;
  streamed: Streamed | undefined;
  problem: Problem | undefined;
  isRunning: boolean;
}

const NOTHING: Tried = { decided: undefined, streamed: undefined, problem: undefined, isRunning: false };

async function route(asked: Asked, settings: Settings, signal: AbortSignal): Promise<Decided> {
  const {
    propensity = 1,
    experiment = null,
    explanation = null,
    ...rest
  } = await answered(client.POST('/v1/route', { body: requestOf(asked, settings), signal }));
  return { ...rest, propensity, experiment, explanation };
}

/** What was decided of a call that is under way. */
async function decidedOf(id: string, signal: AbortSignal): Promise<Decided> {
  const detail = await answered(client.GET('/v1/decisions/{id}', { params: { path: { id } }, signal }));
  return { ...detail, fallbacks: [] };
}

/** Tries what is asked; with `answers`, an LLM answers it, too. A try goes before the one that runs. */
export function useTry(): {
  tried: Tried;
  run: (asked: Asked, settings: Settings, answers: boolean) => void;
  stop: () => void;
} {
  const [tried, setTried] = useState(NOTHING);
  const running = useRef<AbortController | undefined>(undefined);
  const stop = (): void => running.current?.abort();
  useEffect(() => stop, []);

  async function tryIt(asked: Asked, settings: Settings, answers: boolean, stopping: AbortController): Promise<void> {
    const { signal } = stopping;
    const change = (part: Partial<Tried>): void => {
      if (running.current === stopping) setTried((before) => ({ ...before, ...part }));
    };
    try {
      if (!answers) return change({ decided: await route(asked, settings, signal) });
      let reading: Promise<void> | undefined;
      await streamAnswer(callOf(asked, settings), signal, (streamed) => {
        change({ streamed });
        if (streamed.decision !== '')
          reading ??= decidedOf(streamed.decision, signal).then((decided) => change({ decided }));
      });
      await reading;
    } catch (error) {
      if (signal.aborted) return;
      change({ problem: problemFrom(error) });
    } finally {
      change({ isRunning: false });
    }
  }

  return {
    tried,
    stop,
    run(asked, settings, answers) {
      stop();
      const stopping = (running.current = new AbortController());
      setTried({ ...NOTHING, isRunning: true });
      void tryIt(asked, settings, answers, stopping);
    },
  };
}
