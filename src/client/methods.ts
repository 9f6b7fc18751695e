import type { Client } from 'openapi-fetch';
import { dataOf } from './answer.js';
import { follow, type JobEvent, type NewsEvent } from './events.js';
import type { paths } from './openapi.js';
import type { Schemas } from './schemas.js';
import type { CallOptions, Send } from './send.js';

export interface FeedbackOptions extends CallOptions {
  /** By which a repetition is known; made up unless given, so that what is sent again counts once. */
  idempotencyKey?: string;
}

/** What is asked of `/v1/route`, but for the query. */
export type RouteRules = Omit<Schemas['RouteRequest'], 'query' | 'messages'>;

type Messages = NonNullable<Schemas['RouteRequest']['messages']>;

/** Which decisions: all that `GET /v1/decisions` takes; `limit` is the size of a page. */
export type DecisionFilter = NonNullable<paths['/v1/decisions']['get']['parameters']['query']>;

export interface PointsmanMethods {
  /** Which LLM should get a query or a conversation. */
  route(query: string | Messages, rules?: RouteRules, options?: CallOptions): Promise<Schemas['RouteResponse']>;
  /** Tells how it went: interactions, preferences, signals or opinions, one or many. Durable once it resolves. */
  feedback(feedback: Schemas['FeedbackRequest'], options?: FeedbackOptions): Promise<Schemas['FeedbackReceipt']>;
  /** Logged decisions, newest first, read page by page as far as somebody goes on. */
  decisions(filter?: DecisionFilter, options?: CallOptions): AsyncGenerator<Schemas['DecisionSummary'], void>;
  /** How a job stands, as it changes, until it ends. */
  jobEvents(id: string, options?: Pick<CallOptions, 'signal'>): AsyncGenerator<JobEvent, void>;
  /** What changes in the service, from now on, until the signal or the reader ends it. */
  events(options?: Pick<CallOptions, 'signal'>): AsyncGenerator<NewsEvent, void>;
}

/** What the methods are made of. */
interface Parts {
  client: Client<paths>;
  baseUrl: string;
  send: Send;
}

/** 128 random bits. `crypto.randomUUID` is not there in pages that came without TLS. */
const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const isEnd = ({ event }: JobEvent): boolean => event !== 'progress';

export function createMethods({ client, baseUrl, send }: Parts): PointsmanMethods {
  const urlOf = (path: string): string => baseUrl.replace(/\/$/, '') + path;

  /** What openapi-fetch is told of one call. */
  const init = (call: CallOptions): { fetch: (request: Request) => Promise<Response> } => ({
    fetch: (request) => send(request, call),
  });

  return {
    route(query, rules = {}, call = {}) {
      const asked = typeof query === 'string' ? { query } : { messages: query };
      return dataOf(client.POST('/v1/route', { body: { ...rules, ...asked }, ...init(call) }));
    },

    feedback(body, { idempotencyKey = randomKey(), ...call } = {}) {
      const params = { header: { 'Idempotency-Key': idempotencyKey } };
      return dataOf(client.POST('/v1/feedback', { body, params, ...init(call) }));
    },

    async *decisions(filter = {}, call = {}) {
      for (let before = filter.before; ;) {
        const query = { ...filter, ...(before !== undefined && { before }) };
        const page = await dataOf(client.GET('/v1/decisions', { params: { query }, ...init(call) }));
        yield* page.decisions;
        if (page.next === null) return;
        before = page.next;
      }
    },

    jobEvents: (id, { signal } = {}) =>
      follow<JobEvent>({ url: urlOf(`/v1/jobs/${encodeURIComponent(id)}/events`), send, signal }, isEnd),

    events: ({ signal } = {}) => follow<NewsEvent>({ url: urlOf('/v1/events'), send, signal }, () => false),
  };
}
