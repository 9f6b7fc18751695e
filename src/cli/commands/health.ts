import { Command } from 'commander';
import type { LlmHealth } from '../../schema/health.js';
import { callJson, type ServiceSettings } from '../client.js';
import { group } from '../group.js';
import { options } from '../options.js';
import { print, table } from '../output.js';

interface Settings extends ServiceSettings {
  reason?: string;
}

const row = ({ model, state, calls, failures, error, retry_at }: LlmHealth): (string | number)[] => [
  model,
  state,
  `${failures} of ${calls}`,
  retry_at ?? '',
  error ?? '',
];

const show = (models: readonly LlmHealth[]): void =>
  print(table(['LLM', 'state', 'failed', 'tried again', 'error'], models.map(row)));

export function healthCommand(): Command {
  const set = (name: string, description: string, state: 'open' | 'closed'): Command =>
    new Command(name)
      .description(description)
      .argument('<model>', 'id of the LLM')
      .addOption(options.url())
      .action(async (model: string, { url, reason }: Settings) =>
        show([await callJson<LlmHealth>(url, 'PUT', `/v1/health/${encodeURIComponent(model)}`, { state, reason })]),
      );
  const list = new Command('show')
    .description('which LLMs fail, and which are out of the rankings for it')
    .addOption(options.url())
    .action(async ({ url }: Settings) =>
      show((await callJson<{ models: LlmHealth[] }>(url, 'GET', '/v1/health')).models),
    );
  const out = set('out', 'take an LLM out of the rankings until it is put back', 'open').option(
    '--reason <text>',
    'shown where the LLM is missed',
  );
  const back = set('back', 'put an LLM back into the rankings, its last calls forgotten', 'closed');
  return group('health', 'breakers of the LLMs of a running service', [list, out, back]);
}
