import { Command } from 'commander';
import type { CallShown } from '../../schema/call.js';
import type { DaySummary, DecisionDetail, DecisionSummary } from '../../schema/decision.js';
import { callJson, type ServiceSettings } from '../client.js';
import { group } from '../group.js';
import { integer, options } from '../options.js';
import { print, table } from '../output.js';

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

export function decisionsCommand(): Command {
  const list = new Command('list')
    .description('the last decisions, newest first')
    .option('--model <id>', 'only those that chose this LLM')
    .option('--policy <name>', 'only those by this policy')
    .option('--limit <number>', 'how many', integer(1, 1000), 20)
    .addOption(options.url())
    .action(
      async ({ url, model, policy, limit }: ServiceSettings & { model?: string; policy?: string; limit: number }) => {
        const wanted = new URLSearchParams({
          limit: String(limit),
          ...(model === undefined ? {} : { model }),
          ...(policy === undefined ? {} : { policy }),
        });
        const { decisions } = await callJson<{ decisions: DecisionSummary[] }>(url, 'GET', `/v1/decisions?${wanted}`);
        print(
          table(
            ['decision', 'at', 'LLM', 'policy', 'call', 'outcome'],
            decisions.map((one) => [one.decision_id, one.at, one.model, one.policy, stateOf(one), outcomeOf(one)]),
          ),
        );
      },
    );
  const show = new Command('show')
    .description('why a decision was made')
    .argument('<id>')
    .addOption(options.url())
    .action(async (id: string, { url }: ServiceSettings) => {
      const decision = await callJson<DecisionDetail>(url, 'GET', `/v1/decisions/${encodeURIComponent(id)}`);
      print(
        decision.explanation?.summary ??
          `${decision.model} was chosen; the text of the query is no longer kept, so its neighbours can't be told.`,
      );
      const rows = decision.ranking.map((llm) => [
        llm.model,
        llm.quality.toFixed(3),
        `±${llm.uncertainty.toFixed(3)}`,
        dollars(llm.cost_usd),
        llm.utility.toFixed(3),
      ]);
      print(`\n${table(['LLM', 'quality', '', 'cost', 'utility'], rows)}`);
      if (decision.excluded.length > 0)
        print(
          `\n${table(
            ['left out', 'why'],
            decision.excluded.map((one) => [one.model, one.reason]),
          )}`,
        );
      if (decision.call !== null) print(`\ncall: ${callLine(decision.call)}`);
      if (decision.outcomes.length > 0) print(`\noutcome: ${outcomeOf(decision)}`);
    });
  return group('decisions', 'what a running service decided, and why', [list, show]);
}

export function summaryCommand(): Command {
  return new Command('summary')
    .description('traffic, cost, quality and regret of a running service, by day')
    .option('--from <day>', 'first day, as 2026-11-25')
    .option('--to <day>', 'last day')
    .addOption(options.url())
    .action(async ({ url, from, to }: ServiceSettings & { from?: string; to?: string }) => {
      const wanted = new URLSearchParams({
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
      const { days } = await callJson<{ days: DaySummary[] }>(url, 'GET', `/v1/summary?${wanted}`);
      const rows = days.map((day) => [
        day.day,
        day.decisions,
        day.quality.toFixed(3),
        dollars(day.cost_usd),
        day.regret.toFixed(3),
        dollars(day.always_best.cost_usd),
        day.best_single === null
          ? '–'
          : `${day.best_single.model} ${day.best_single.quality.toFixed(3)} ${dollars(day.best_single.cost_usd)}`,
        day.observed === null ? '–' : `${day.observed.score?.toFixed(3) ?? '–'} of ${day.observed.answers}`,
        day.models
          .slice(0, 3)
          .map(({ model, share }) => `${model} ${(100 * share).toFixed(0)}%`)
          .join(', '),
      ]);
      print(
        table(
          ['day', 'decisions', 'quality', 'cost', 'regret', 'always best', 'best single', 'observed', 'most to'],
          rows,
        ),
      );
    });
}
