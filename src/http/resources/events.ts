import { z } from 'zod';
import { messageOf } from '../../base/errors.js';
import { every } from '../../base/every.js';
import { createSummaries } from '../../decision/summaries.js';
import { DecisionSummary } from '../../schema/decision.js';
import { changedSince, SUBJECTS, type Revisions } from '../../store/ports/changes.js';
import type { KeptDecision } from '../../store/ports/decisions.js';
import type { Context } from '../context.js';
import { streamReply } from '../kit/answer.js';
import { createEventStream, EVENT_STREAM_HEADERS, type EventStream } from '../kit/event-stream.js';
import { operation, type Operation } from '../kit/operation.js';

/** How often it is looked for news, in milliseconds: once for all who listen, and not where nobody does. */
const LOOK_EVERY_MS = 1_000;
/** Decisions that one event shows at most. */
const SHOWN = 25;

const Changed = z.strictObject({ subjects: z.array(z.enum([...SUBJECTS, 'decisions'])) });
const NewDecisions = z.strictObject({
  decisions: z.array(DecisionSummary).describe('The newest, newest first'),
  more: z.boolean().describe('Whether there were more since the event before'),
});

/** What `GET /v1/events` sends. */
interface News {
  changed: z.infer<typeof Changed>;
  decisions: z.infer<typeof NewDecisions>;
}

/** Tells all who listen what is new in the ledger, by whichever process. */
function createNews({ ledger, clock, log }: Pick<Context, 'ledger' | 'clock' | 'log'>): (stream: EventStream) => void {
  const listeners = new Set<EventStream>();
  const summariesOf = createSummaries(ledger);
  let stop: (() => void) | undefined;
  let seen: Revisions | null = null;
  /** The newest decision that was told of. */
  let last: Pick<KeptDecision, 'id' | 'at'> | undefined;

  function tell<K extends keyof News>(event: K, data: News[K]): void {
    for (const stream of listeners) if (!stream.behind) stream.send(event, data);
  }

  async function look(): Promise<void> {
    const now = await ledger.changes.revisions();
    const found = await ledger.decisions.list({ from: last?.at ?? clock(), limit: SHOWN + 1 });
    const fresh = found.filter(({ id }) => last === undefined || id > last.id);
    last = fresh[0] ?? last ?? { id: '', at: clock() };
    const subjects: News['changed']['subjects'] = seen === null ? [] : changedSince(seen, now);
    // Who may listen may have changed: who still may comes back.
    const ends = subjects.includes('keys');
    seen = now;
    if (fresh.length > 0) {
      subjects.push('decisions');
      const decisions = await summariesOf(fresh.slice(0, SHOWN));
      tell('decisions', { decisions, more: fresh.length > SHOWN });
    }
    if (subjects.length > 0) tell('changed', { subjects });
    if (ends) for (const stream of listeners) stream.end();
  }

  return (stream) => {
    listeners.add(stream);
    stream.send('changed', { subjects: [] } satisfies News['changed']);
    if (stop === undefined) {
      // What is decided before the first look is news as well.
      [seen, last] = [null, { id: '', at: clock() }];
      stop = every(LOOK_EVERY_MS, look, (error) =>
        log.warn({ error: messageOf(error) }, 'what is new could not be read, and is not told'),
      );
    }
    stream.onEnd(() => {
      listeners.delete(stream);
      if (listeners.size > 0) return;
      stop?.();
      stop = undefined;
    });
  };
}

export function eventOperations({
  ledger,
  clock,
  log,
  streams,
  heartbeatMs,
}: Pick<Context, 'ledger' | 'clock' | 'log' | 'streams' | 'heartbeatMs'>): Operation[] {
  const listen = createNews({ ledger, clock, log });
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
        'them. A client that reads too slowly gets less. The stream ends when keys change: connect again.',
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
