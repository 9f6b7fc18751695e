/**
 * What live dashboards ask of a service, without the browsers: recorded requests at their times, again and again, and
 * an event stream each. A process apart from who measures:
 *
 *     dashboard-requests.js URL, forked; it plays the {@link Played} that it is sent, until it is sent another
 */
import { Agent, request } from 'node:http';

/** One request of a page, so many milliseconds after the recording began. */
export interface Recorded {
  at: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
}

/** A page's requests over `ms` milliseconds. */
export interface Recording {
  ms: number;
  requests: Recorded[];
}

export interface Played {
  recordings: Recording[];
  /** Dashboards: of the recordings in turn, each begun at another moment. */
  tabs: number;
}

const url = process.argv[2]!;
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const timers = new Set<NodeJS.Timeout>();
let streams: (() => void)[] = [];

function ask({ method, path, headers, body }: Omit<Recorded, 'at'>): () => void {
  const asked = request(`${url}${path}`, { method, headers, agent }, (response) => response.resume());
  asked.on('error', () => undefined).end(body ?? undefined);
  return () => void asked.destroy();
}

function later(ms: number, work: () => void): void {
  const timer = setTimeout(() => {
    timers.delete(timer);
    work();
  }, ms);
  timers.add(timer);
}

/** Plays a recording from `offset` on, and again when it ends. */
function play(recording: Recording, offset: number): void {
  for (const one of recording.requests) if (one.at >= offset) later(one.at - offset, () => void ask(one));
  later(recording.ms - offset, () => play(recording, 0));
}

process.on('message', ({ recordings, tabs }: Played) => {
  for (const timer of timers) clearTimeout(timer);
  timers.clear();
  for (const end of streams) end();
  streams = Array.from({ length: tabs }, () =>
    ask({ method: 'GET', path: '/v1/events', headers: { accept: 'text/event-stream' }, body: null }),
  );
  for (let i = 0; i < tabs; i++) {
    const recording = recordings[i % recordings.length]!;
    play(recording, (i / tabs) * recording.ms);
  }
  process.send!(tabs);
});
process.once('disconnect', () => process.exit());
