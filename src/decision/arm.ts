import type { Assigned, Experiments } from '../live/experiments.js';
import type { Caller } from '../live/keys.js';
import { withRequest } from '../policy/named.js';
import type { Rules } from '../schema/policy.js';
import type { RouteRequest } from '../schema/route.js';
import type { CallContext } from './call-context.js';

/** A request as it comes to be decided. */
export interface Coming {
  request: RouteRequest;
  own: Rules | null;
  caller: Caller;
  /** What the call through the model endpoint adds; null where only the decision is asked for. */
  context: CallContext | null;
  query: string;
  /** The policy that it asks for. */
  policy: string;
}

/** Whether a request leaves open which LLM gets it. */
export const isFree = ({ models, pin, cascade }: RouteRequest): boolean =>
  models === undefined && pin === undefined && cascade === undefined;

/** The arm that decides a request; null for what is in force. One that says who gets it takes part in nothing. */
export function armOf(experiments: Experiments, { request, caller, context, query, policy }: Coming): Assigned | null {
  if (!isFree(request)) return null;
  return experiments.assign({ policy, key: caller.key, conversation: context?.conversation ?? null, query });
}

/** The rules of a request that an arm, or a shadow, adds to. */
export function rulesIn(arm: Pick<Assigned, 'candidate'> | null, own: Rules | null): Rules | null {
  const models = arm?.candidate?.models;
  return models === undefined ? own : withRequest({ models }, own ?? {});
}
