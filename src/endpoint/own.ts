import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Call } from '../protocol/types.js';
import { TaskId } from '../schema/ids.js';
import { parse } from '../schema/parse.js';
import { PolicyName } from '../schema/policy.js';
import { routeFields, type RouteRequest } from '../schema/route.js';

const { explain: _explain, top: _top, ...rules } = routeFields;

/** What a call may say to Pointsman alone, as `pointsman` in its body: it is not sent on. */
export const CallOptions = z
  .strictObject(rules)
  .meta({ id: 'CallOptions', description: 'How a call is routed: what `POST /v1/route` takes besides the query' });
export type CallOptions = z.infer<typeof CallOptions>;

/** Headers that say the same, for clients that can't add to a body. */
const Headers = z.object({
  'x-pointsman-policy': PolicyName.optional(),
  'x-pointsman-task': TaskId.optional(),
  'x-pointsman-dry-run': z.enum(['true', 'false']).optional(),
});

export interface Own {
  options: CallOptions;
  /** Whether it is only to be decided. */
  dryRun: boolean;
}

/** What a call says to Pointsman. Throws `invalid_request` naming the header, or the field within `pointsman`. */
export function ownOf({ own }: Pick<Call, 'own'>, headers: IncomingHttpHeaders): Own {
  const { 'x-pointsman-policy': policy, 'x-pointsman-task': task, 'x-pointsman-dry-run': dryRun } = headers;
  if (own === undefined && policy === undefined && task === undefined && dryRun === undefined)
    return { options: {}, dryRun: false };
  const said = parse(Headers, {
    'x-pointsman-policy': policy,
    'x-pointsman-task': task,
    'x-pointsman-dry-run': dryRun,
  });
  const { pointsman } = own === undefined ? {} : parse(z.object({ pointsman: CallOptions }), { pointsman: own });
  return {
    options: {
      ...(said['x-pointsman-policy'] !== undefined && { policy: said['x-pointsman-policy'] }),
      ...(said['x-pointsman-task'] !== undefined && { task: said['x-pointsman-task'] }),
      ...pointsman,
    },
    dryRun: said['x-pointsman-dry-run'] === 'true',
  };
}

/** The request to route that a call comes to: what is named by `model` goes before what is said otherwise. */
export function routeRequestOf(
  query: string,
  { options }: Own,
  named: Pick<RouteRequest, 'models' | 'policy'>,
): RouteRequest {
  return { query, ...options, ...named };
}
