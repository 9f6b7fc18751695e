import createClient, { type Client } from 'openapi-fetch';
import { createMethods, type PointsmanMethods } from './methods.js';
import type { paths } from './openapi.js';
import { createSender, type PointsmanOptions } from './send.js';

export { dataOf, type Answered } from './answer.js';
export type { JobEvent, NewsEvent, ServerEvent } from './events.js';
export type { DecisionFilter, FeedbackOptions, PointsmanMethods, RouteRules } from './methods.js';
export type { components, paths } from './openapi.js';
export { PointsmanProblem, type FieldIssue } from './problem.js';
export type { Schemas } from './schemas.js';
export type { CallOptions, Fetch, PointsmanOptions } from './send.js';

/** The whole API, typed by its own description (`client.GET('/v1/models/{id}', …)`), and short ways to most of it. */
export type Pointsman = Client<paths> & PointsmanMethods;

/** A client of the whole API, for browsers and Node. */
export function createPointsman(options: PointsmanOptions): Pointsman {
  const { baseUrl } = options;
  const send = createSender(options);
  const client = createClient<paths>({ baseUrl, fetch: (request) => send(request) });
  return Object.assign(client, createMethods({ client, baseUrl, send }));
}
