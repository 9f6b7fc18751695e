import { Command } from 'commander';
import type { CallShown } from '../../schema/call.js';
import type { DaySummary, DecisionDetail, DecisionSummary } from '../../schema/decision.js';
import { plainLines } from '../../base/plain-text.js';
import { group } from '../group.js';
import { withDeviation, withInterval } from '../interval.js';
import { integer } from '../options.js';
import { answer, print, table } from '../output.js';
import { paint } from '../paint.js';
import { overApi } from '../target.js';

const dollars = (usd: number | null): string => (usd === null ? '–' : `$${Number(usd.toPrecision(3))}`);

function outcomeOf({ outcomes }: DecisionSummary): string {
  return outcomes
    .map(({ model, score, error, signal }) => {
      const what = signal === undefined ? '' : `${signal} `;
      return `${model} ${what}${error ?? score?.toFixed(2) ?? 'answered'}`;
    })
    .join('; ');
}

/** How the call of a decision ended; a dash where Pointsman did not make it. */
const stateOf = ({ call }: DecisionSummary): string =>
  call === null ? '–' : `${call.status} ${call.error ?? call.finish ?? ''}`.trim();

const known = (value: number | null, unit: string): string => (value === null ? '–' : `${Math.round(value)} ${unit}`);

/** How a call went, in a line. */
function callLine({ provider, status, error, failed, ...call }: CallShown): string {
  const tokens = call.cached_tokens === null ? '' : ` (${call.cached_tokens} cached)`;
  return [
    `${call.api} at ${provider ?? 'no provider'}: ${status}${error === null ? '' : ` ${error}`}`,
    ...(failed === 0 ? [] : [`after ${failed} that failed`]),
    `first byte ${known(call.ttft_ms, 'ms')}, all ${known(call.total_ms, 'ms')}`,
    `${known(call.prompt_tokens, 'tokens')}${tokens} read, ${known(call.completion_tokens, 'tokens')} written`,
    dollars(call.cost_usd),
    ...(call.finish === null ? [] : [`ended with ${call.finish}`]),
  ].join(', ');
}

/** Parameters of a request: those that are given. */
const queryOf = (given: Record<string, string | number | undefined>): URLSearchParams =>
  new URLSearchParams(
    Object.entries(given).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );

/** One decision, for people. */
function show(decision: DecisionDetail): void {
  print(
    decision.explanation?.summary ??
      `${decision.model} was chosen; the text of the query is no longer kept, so its neighbours can't be told.`,
  );
  const rows = decision.ranking.map((llm) => [
    llm.model === decision.model ? paint('bold', llm.model) : llm.model,
    withDeviation(llm.quality, llm.uncertainty),
    dollars(llm.cost_usd),
    llm.utility.toFixed(3),
  ]);
  print(`\n${table(['LLM', 'quality', 'cost', 'utility'], rows)}`);
  if (decision.excluded.length > 0)
    print(
      `\n${table(
        ['left out', 'why'],
        decision.excluded.map((one) => [one.model, one.reason]),
      )}`,
    );
  if (decision.call !== null) print(`\ncall: ${callLine(decision.call)}`);
  if (decision.outcomes.length > 0) print(`\noutcome: ${outcomeOf(decision)}`);
  for (const { kind, text } of decision.comments) print(`\n${kind}: ${plainLines(text)}`);
}

export function decisionsCommand(): Command {
  const list = overApi<{ model?: string; policy?: string; limit: number }>(
    new Command('list')
      .description('the last decisions, newest first')
      .option('--model <id>', 'only those that chose this LLM')
      .option('--policy <name>', 'only those by this policy')
      .option('--limit <number>', 'how many', integer(1, 1000), 20),
    { json: '{"decisions": [a line of each], "next": id or null}' },
    async ({ ask }, { json, model, policy, limit }) => {
      const path = `/v1/decisions?${queryOf({ limit, model, policy })}`;
      const found = await ask<{ decisions: DecisionSummary[] }>('GET', path);
      const rows = found.decisions.map((one) => [
        one.decision_id,
        one.at,
        one.model,
        one.policy,
        stateOf(one),
        outcomeOf(one),
      ]);
      answer(json, found, () => print(table(['decision', 'at', 'LLM', 'policy', 'call', 'outcome'], rows)));
    },
  );
  const one = overApi(
    new Command('show').description('why a decision was made').argument('<id>'),
    { json: 'the decision with all that decided it' },
    async ({ ask }, { json }, id) => {
      const decision = await ask<DecisionDetail>('GET', `/v1/decisions/${encodeURIComponent(id)}`);
      answer(json, decision, () => show(decision));
    },
  );
  return group('decisions', 'what was decided, and why', [list, one]);
}

function dayRow(day: DaySummary): (string | number)[] {
  const { best_single: single, observed } = day;
  return [
    day.day,
    day.decisions,
    day.quality.toFixed(3),
    dollars(day.cost_usd),
    day.regret.toFixed(3),
    dollars(day.always_best.cost_usd),
    single === null ? '–' : `${single.model} ${single.quality.toFixed(3)} ${dollars(single.cost_usd)}`,
    observed === null ? '–' : `${withInterval(observed.score, observed.low, observed.high)} of ${observed.answers}`,
    day.models
      .slice(0, 3)
      .map(({ model, share }) => `${model} ${(100 * share).toFixed(0)}%`)
      .join(', '),
  ];
}

const DAY_HEADER = [
  'day',
  'decisions',
  'quality',
  'cost',
  'regret',
  'always best',
  'best single',
  'observed (95%)',
  'most to',
];

export function summaryCommand(): Command {
  return overApi<{ from?: string; to?: string }>(
    new Command('summary')
      .description('traffic, cost, quality and regret, by day')
      .option('--from <day>', 'first day, as 2026-11-25')
      .option('--to <day>', 'last day'),
    { json: '{"days": [DaySummary]}' },
    async ({ ask }, { json, from, to }) => {
      const found = await ask<{ days: DaySummary[] }>('GET', `/v1/summary?${queryOf({ from, to })}`);
      answer(json, found, () => print(table(DAY_HEADER, found.days.map(dayRow))));
    },
  );
}
