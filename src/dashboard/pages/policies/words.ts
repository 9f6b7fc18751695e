import type { Schemas } from '../../../client/index.js';
import { duration, percent, usd } from '../../kit/format.js';

/** What a policy says of routing, whether it has a name or not. */
export type Rules = Schemas['PolicyBody'];

/** The policy of requests that name none, unless their key allows others only. */
export const DEFAULT_POLICY = 'quality';

const BUILT_IN = ['quality', 'balanced', 'cost', 'latency'];
export const isBuiltInName = (name: string): boolean => BUILT_IN.includes(name);

const list = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(', ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;

/** What it gives quality up for. */
export function weighs(rules: Rules): string[] {
  const { cost_weight: cost, latency_weight: latency, relative_cost_weight: relativeCost } = rules;
  const { relative_latency_weight: relativeLatency, cheapest_within: within } = rules;
  const found = [
    cost !== undefined && `${cost} quality a US cent`,
    relativeCost !== undefined && `${relativeCost} quality for the dearest candidate’s cost`,
    latency !== undefined && `${latency} quality a second`,
    relativeLatency !== undefined && `${relativeLatency} quality for the slowest candidate’s latency`,
    within !== undefined && `the cheapest within ${within} of the best`,
  ].filter((part) => part !== false);
  return found.length === 0 ? ['quality alone'] : found;
}

/** What it forbids. */
export function forbids(rules: Rules): string[] {
  const { max_cost_usd: cost, max_latency_ms: latency, min_quality: quality, context_tokens: context } = rules;
  const { models, exclude, capabilities, languages, regions } = rules;
  return [
    cost !== undefined && `over ${usd(cost)}`,
    latency !== undefined && `over ${duration(latency)}`,
    quality !== undefined && `quality under ${quality}`,
    models !== undefined && `all but ${list(models)}`,
    exclude !== undefined && exclude.length > 0 && list(exclude),
    context !== undefined && `context under ${context} tokens`,
    capabilities !== undefined && `without ${list(capabilities)}`,
    languages !== undefined && `without the languages ${list(languages)}`,
    regions !== undefined && `outside ${list(regions)}`,
  ].filter((part) => part !== false);
}

function explores({ exploration }: Rules): string | false {
  if (exploration === undefined || exploration === 0) return false;
  if (typeof exploration === 'number') return `${percent(exploration)} by chance`;
  return `explores by ${exploration.method}`;
}

/** What else it does. */
export const besides = (rules: Rules): string[] =>
  [
    explores(rules),
    rules.cascade !== undefined && 'plans a cascade',
    rules.pin !== undefined && `pins ${list(rules.pin)}`,
  ].filter((part) => part !== false);
