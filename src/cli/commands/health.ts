import { Command } from 'commander';
import type { LlmHealth } from '../../schema/health.js';
import { group } from '../group.js';
import { answer, print, table } from '../output.js';
import { paintState } from '../paint.js';
import { overApi } from '../target.js';

const row = ({ model, state, calls, failures, error, retry_at }: LlmHealth): (string | number)[] => [
  model,
  paintState(state),
  `${failures} of ${calls}`,
  retry_at ?? '',
  error ?? '',
];

const show = (models: readonly LlmHealth[]): void =>
  print(table(['LLM', 'state', 'failed', 'tried again', 'error'], models.map(row)));

function setCommand(command: Command, state: 'open' | 'closed'): Command {
  return overApi<{ reason?: string }>(
    command.argument('<model>', 'id of the LLM'),
    { json: 'the breaker of the LLM' },
    async ({ ask }, { reason, json }, model) => {
      const now = await ask<LlmHealth>('PUT', `/v1/health/${encodeURIComponent(model)}`, { state, reason });
      answer(json, now, () => show([now]));
    },
  );
}

export function healthCommand(): Command {
  const list = overApi(
    new Command('show').description('which LLMs fail, and which are out of the rankings for it'),
    { json: '{"models": [the breaker of each LLM]}' },
    async ({ ask }, { json }) => {
      const found = await ask<{ models: LlmHealth[] }>('GET', '/v1/health');
      answer(json, found, () => show(found.models));
    },
  );
  const out = new Command('out')
    .description('take an LLM out of the rankings until it is put back')
    .option('--reason <text>', 'shown where the LLM is missed');
  const back = new Command('back').description('put an LLM back into the rankings, its last calls forgotten');
  return group('health', 'breakers of the LLMs', [list, setCommand(out, 'open'), setCommand(back, 'closed')]);
}
