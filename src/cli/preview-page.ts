import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { MeasureEstimate, Preview, PreviewRequest } from '../schema/preview.js';
import { number } from './options.js';
import { table } from './output.js';
import { readYamlFile } from './yaml-file.js';

/** How a policy is to be judged, as flags say it. */
export interface PreviewSettings {
  against?: string;
  days?: number;
  version?: string;
  json?: boolean;
}

export const previewOptions = (command: Command): Command =>
  command
    .option('--against <name>', 'the policy that it is compared with (default: quality)')
    .option('--days <number>', 'from how many days back decisions are taken (default: 30)', number(0.01, 3650))
    .option('--version <version>', 'the version that scores for the policy (default: the one in force)');

/** A request for a preview of a policy: of its file where there is one of that name, else by its name. */
export function previewOf(policy: string, { against, days, version }: PreviewSettings): Partial<PreviewRequest> {
  return {
    ...(existsSync(policy) ? { body: readYamlFile(policy) as PreviewRequest['body'] } : { policy }),
    ...(against !== undefined && { against }),
    ...(days !== undefined && { days }),
    ...(version !== undefined && { version }),
  } as Partial<PreviewRequest>;
}

const DIGITS = { quality: 4, cost_usd: 6, latency_ms: 0 } as const;
type Field = keyof typeof DIGITS;
const TITLES: Record<Field, string> = { quality: 'quality', cost_usd: 'US dollars', latency_ms: 'milliseconds' };

/** An estimate with its interval, by the doubly robust estimator. */
function estimate(of: MeasureEstimate | null, field: Field): string {
  if (of === null) return '–';
  const { value, low, high } = of.doubly_robust;
  const digits = DIGITS[field];
  const interval = low === null || high === null ? '' : ` (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  return `${value.toFixed(digits)}${of.decisions === 0 ? ' expected' : interval}`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
const dollars = (usd: number | null): string => (usd === null ? '–' : `$${usd.toFixed(6)}`);
const name = (side: Preview['policy']): string => side.name ?? 'the policy';

/** What a policy would have earned, for people. */
export function describePreview(found: Preview): string {
  const { policy, against, difference, overlap, stands } = found;
  const fields = Object.keys(DIGITS) as Field[];
  const when = found.from === null ? '' : ` from ${found.from.slice(0, 10)} to ${found.to!.slice(0, 10)}`;
  const first = found.examples.slice(0, 5);
  return [
    `${found.decisions} ${found.source}${when}, propensities ${found.propensities}; ${overlap.words} ` +
      `(as many as ${overlap.effective} of equal weight; ${percent(overlap.unsupported)} of choices unsupported)`,
    ...(found.learned_from === 0
      ? []
      : [`${found.learned_from} of them are from before the version was made: it may know how they ended`]),
    ...found.notes,
    '',
    table(
      ['', name(policy), name(against), 'difference'],
      fields.map((field) => [
        TITLES[field],
        estimate(policy[field], field),
        estimate(against[field], field),
        estimate(difference[field], field),
      ]),
    ),
    '',
    table(
      ['LLM', name(policy), name(against)],
      found.models.map(({ model, share, against: other }) => [model, percent(share), percent(other)]),
    ),
    '',
    table(
      ['frontier: cost', 'quality', 'relative_cost_weight', ''],
      found.frontier.map(({ cost_usd: cost, quality, rules, on_frontier: on }) => [
        dollars(cost),
        quality.toFixed(4),
        rules.relative_cost_weight ?? 0,
        on ? '' : 'below',
      ]),
    ),
    `the policy stands at ${dollars(stands.cost_usd)} and ${stands.quality.toFixed(4)}: ` +
      `${stands.below.toFixed(2)} points below the best for that cost`,
    '',
    `first choices differ for ${percent(found.differ)}${first.length === 0 ? '' : ', such as'}`,
    ...first.map(
      ({ query, policy: one, against: other }) =>
        `  ${one.model} (${one.quality.toFixed(3)}) instead of ${other.model} (${other.quality.toFixed(3)}): ` +
        `${(query ?? 'text no longer kept').slice(0, 80)}`,
    ),
  ].join('\n');
}
