import { z } from 'zod';
import { messageOf } from '../../base/errors.js';
import { every } from '../../base/every.js';
import { createSummaries } from '../../decision/summaries.js';
import { DecisionSummary } from '../../schema/decision.js';
import { changedSince, SUBJECTS } from '../../store/ports/changes.js';
import type { Context } from '../context.js';
import { streamReply } from '../kit/answer.js';
import { createEventStream, EVENT_STREAM_HEADERS, type EventStream } from '../kit/event-stream.js';
import { operation, type Operation } from '../kit/operation.js';

/** How often it is looked for news, in milliseconds: once for all who listen, and not where nobody does. */
const LOOK_EVERY_MS = 1_000;
/** Decisions that one event shows at most. */
const SHOWN = 25;
/** Characters of a query that an event shows: prompts may be long, and each listener gets all of them. */
const TEXT_SHOWN = 1_000;
/** How long a stream lasts, in milliseconds: whoever comes back shows a key that is still good. */
const LASTS_MS = 600_000;

const Changed = z.strictObject({ subjects: z.array(z.enum([...SUBJECTS, 'decisions'])) });
const NewDecisions = z.strictObject({
  decisions: z.array(DecisionSummary).describe('The newest, newest first'),
  more: z.boolean().describe('Whether there were more since the event before'),
});

type ChangedSubject = z.infer<typeof Changed>['subjects'][number];

/** What `GET /v1/events` sends. */
interface News {
  changed: z.infer<typeof Changed>;
  decisions: z.infer<typeof NewDecisions>;
}

/** Who listens, and what they were not told since they read too slowly. */
type Listeners = Map<EventStream, Set<ChangedSubject>>;

/** A decision whose query is cut, where it is longer, between two characters. */
function cut(decision: DecisionSummary): DecisionSummary {
  const { query } = decision;
  if (query === null || query.length <= TEXT_SHOWN) return decision;
  return {
    ...decision,
    query: `${query
      .slice(0, TEXT_SHOWN)
      .toWellFormed()
      .replace(/\uFFFD$/, '')}…`,
  };
}

const changedText = (subjects: Iterable<ChangedSubject>): string =>
  JSON.stringify({ subjects: [...subjects] } satisfies News['changed']);

/** The same news as text, which is written once for all: with `more`, and without. */
function newsText(news: News['decisions']): (more: boolean) => string {
  const texts = new Map<boolean, string>();
  return (more) => {
    const text = texts.get(more) ?? JSON.stringify({ ...news, more } satisfies News['decisions']);
    texts.set(more, text);
    return text;
  };
}

function tell(listeners: Listeners, { subjects, news }: { subjects: ChangedSubject[]; news: News['decisions'] }): void {
  const textOf = newsText(news);
  for (const [stream, missed] of listeners) {
    if (stream.behind) {
      for (const subject of subjects) missed.add(subject);
      continue;
    }
    const more = news.more || missed.has('decisions');
    if (news.decisions.length > 0 || more) stream.send('decisions', textOf(more));
    const all = new Set([...missed, ...subjects]);
    missed.clear();
    if (all.size > 0) stream.send('changed', changedText(all));
  }
}

/** Looks again and again for what is new since now, and tells the listeners, until it is stopped. */
function follow(listeners: Listeners, { ledger, log }: Pick<Context, 'ledger' | 'log'>): () => void {
  const summariesOf = createSummaries(ledger);
  const read = async (place?: number) => {
    // Before the decisions are read: what comes in between is told again rather than never.
    const revisions = await ledger.changes.revisions();
    return { revisions, ...(await ledger.decisions.arrived(place, SHOWN + 1)) };
  };
  /** What was told of. */
  let seen = read();
  // Where it can't be read, the next look begins.
  seen.catch(() => undefined);

  async function look(): Promise<void> {
    const before = await seen.catch(() => (seen = read()));
    const now = await read(before.place);
    const subjects: ChangedSubject[] = changedSince(before.revisions, now.revisions);
    if (now.found.length > 0) subjects.push('decisions');
    const shown = now.found.slice(0, SHOWN).toSorted((a, b) => (a.id < b.id ? 1 : -1));
    const decisions = (await summariesOf(shown)).map(cut);
    const news = { decisions, more: now.found.length > SHOWN };
    seen = Promise.resolve(now);
    tell(listeners, { subjects, news });
    // Who may listen may have changed: who still may comes back.
    if (subjects.includes('keys')) for (const stream of listeners.keys()) stream.end();
  }

  return every(LOOK_EVERY_MS, look, (error) =>
    log.warn({ error: messageOf(error) }, 'what is new could not be read, and is told later'),
  );
}

/** Tells all who listen what is new in the ledger, by whichever process. */
function createNews(parts: Pick<Context, 'ledger' | 'log'>): (stream: EventStream) => void {
  const listeners: Listeners = new Map();
  let stop: (() => void) | undefined;

  return (stream) => {
    listeners.set(stream, new Set());
    stop ??= follow(listeners, parts);
    stream.send('changed', changedText([]));
    const over = setTimeout(stream.end, LASTS_MS).unref();
    stream.onEnd(() => {
      clearTimeout(over);
      listeners.delete(stream);
      if (listeners.size > 0) return;
      stop?.();
      stop = undefined;
    });
  };
}

export function eventOperations({
  ledger,
  log,
  streams,
  heartbeatMs,
}: Pick<Context, 'ledger' | 'log' | 'streams' | 'heartbeatMs'>): Operation[] {
  const listen = createNews({ ledger, log });
  return [
    operation({
      method: 'GET',
      path: '/v1/events',
      tag: 'operations',
      scope: 'read',
      writes: false,
      summary: 'Follow what is new',
      description:
        'Server-sent events, once a second at most: `changed`, `{"subjects": […]}` names what is to be read again, ' +
        `and \`decisions\`, \`{"decisions": […], "more": …}\` has the newest ${SHOWN}, as \`GET /v1/decisions\` has ` +
        `them, each query cut to ${TEXT_SHOWN} characters. A client that reads too slowly gets the names later, ` +
        'and fewer decisions (`more`). The stream ends ' +
        `when keys change, and after ${LASTS_MS / 60_000} minutes: connect again, and read again what is shown.`,
      streams: true,
      answers: { 200: { description: 'Events', types: ['text/event-stream'], schema: z.string() } },
      errors: [],
      run: () =>
        streamReply(
          {
            discard: () => undefined,
            open(res) {
              const stream = createEventStream(res, heartbeatMs);
              stream.onEnd(streams.add(stream.end));
              listen(stream);
            },
          },
          EVENT_STREAM_HEADERS,
        ),
    }),
  ];
}
