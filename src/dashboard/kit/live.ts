import { effect, signal } from '@preact/signals';
import { createParser } from 'eventsource-parser';
import { useEffect, useRef } from 'preact/hooks';
import type { Schemas } from '../../client/index.js';
import { authorization, isLocked, readCaller } from './session.js';

/** What may change; `decisions` when there are new ones. */
export type Subject =
  | 'catalog'
  | 'feedback'
  | 'artifacts'
  | 'breakers'
  | 'alerts'
  | 'policies'
  | 'settings'
  | 'keys'
  | 'providers'
  | 'experiments'
  | 'decisions';

/** Whether a subject has changed. */
type HasChanged = (subject: Subject) => boolean;

/** New decisions, newest first, and whether there are more of them. */
export interface NewDecisions {
  decisions: Schemas['DecisionSummary'][];
  more: boolean;
}

/** Whether news comes as it happens. */
export const isLive = signal(false);

const RETRY_MS = 2_000;

const onChange = new Set<(hasChanged: HasChanged) => void>();
const onDecisions = new Set<(news: NewDecisions) => void>();
/** Whether it was listened before: what changed since then was not heard. */
let hasListened = false;

function take(event: string | undefined, data: string): void {
  if (event === 'changed') {
    const { subjects } = JSON.parse(data) as { subjects: Subject[] };
    if (subjects.includes('keys')) void readCaller().catch(() => undefined);
    if (subjects.length > 0) for (const tell of onChange) tell((subject) => subjects.includes(subject));
  } else if (event === 'decisions') {
    const news = JSON.parse(data) as NewDecisions;
    for (const tell of onDecisions) tell(news);
  }
}

async function listen(stopping: AbortSignal): Promise<void> {
  const response = await fetch('/v1/events', { headers: authorization(), signal: stopping });
  if (response.status === 401) await readCaller();
  if (!response.ok || response.body === null) return;
  isLive.value = true;
  if (hasListened) for (const tell of onChange) tell(() => true);
  hasListened = true;
  const parser = createParser({ onEvent: ({ event, data }) => take(event, data) });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    parser.feed(value);
  }
}

/** Follows the service while the page is seen. After a break, pages are told to read all again. */
export function followService(): void {
  let listening: AbortController | undefined;
  let timer: number | undefined;

  function stop(): void {
    clearTimeout(timer);
    listening?.abort();
    listening = undefined;
    isLive.value = false;
  }

  async function start(): Promise<void> {
    if (document.hidden || listening !== undefined || isLocked.value) return;
    const own = (listening = new AbortController());
    try {
      await listen(own.signal);
    } catch {
      // Whoever waits for news is told that there is none for now, and it is tried again.
    }
    if (listening !== own) return;
    stop();
    timer = window.setTimeout(() => void start(), RETRY_MS);
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) stop();
    else void start();
  });
  // Who signs out hears nothing more, and who signs in hears what they may.
  effect(() => {
    if (isLocked.value) stop();
    else void start();
  });
}

/** Calls `tell` when one of the subjects changes. */
export function useChanges(subjects: readonly Subject[], tell: () => void): void {
  const latest = useRef({ subjects, tell });
  latest.current = { subjects, tell };
  useEffect(() => {
    const one = (hasChanged: HasChanged): void => {
      if (latest.current.subjects.some(hasChanged)) latest.current.tell();
    };
    onChange.add(one);
    return () => void onChange.delete(one);
  }, []);
}

/** Calls `tell` with new decisions as they are made. */
export function useDecisions(tell: (news: NewDecisions) => void): void {
  const latest = useRef(tell);
  latest.current = tell;
  useEffect(() => {
    const one = (news: NewDecisions): void => latest.current(news);
    onDecisions.add(one);
    return () => void onDecisions.delete(one);
  }, []);
}
