import { Command } from 'commander';
import type { Alert } from '../../schema/drift.js';
import { callJson, type ServiceSettings } from '../client.js';
import { group } from '../group.js';
import { options } from '../options.js';
import { print, table } from '../output.js';

interface Settings extends ServiceSettings {
  all?: boolean;
  reason?: string;
}

/** A value of an alert, in its unit. */
function inUnit(signal: Alert['signal'], value: number): string {
  if (signal === 'latency') return `${Math.round(value)} ms`;
  return signal === 'score' ? value.toFixed(3) : `${(100 * value).toFixed(1)}%`;
}

const row = ({ id, at, model, task, signal, before, after, observations, resolution, reason }: Alert): string[] => [
  id,
  at,
  model,
  task,
  signal,
  inUnit(signal, before),
  inUnit(signal, after),
  String(observations),
  resolution ?? 'open',
  reason ?? '',
];

const show = (alerts: readonly Alert[]): void =>
  print(
    table(
      ['alert', 'at', 'LLM', 'task', 'signal', 'before', 'after', 'interactions', 'state', 'reason'],
      alerts.map(row),
    ),
  );

export function alertsCommand(): Command {
  const list = new Command('list')
    .description('which LLMs got worse on a task')
    .option('--all', 'those that are resolved too, and improvements')
    .addOption(options.url())
    .action(async ({ url, all }: Settings) =>
      show((await callJson<{ alerts: Alert[] }>(url, 'GET', `/v1/alerts?state=${all ? 'all' : 'open'}`)).alerts),
    );
  const resolve = new Command('resolve')
    .description('resolve an alert: the LLM is trusted as before')
    .argument('<id>', 'id of the alert')
    .option('--reason <text>', 'kept with the alert')
    .addOption(options.url())
    .action(async (id: string, { url, reason }: Settings) =>
      show([
        await callJson<Alert>(
          url,
          'POST',
          `/v1/alerts/${encodeURIComponent(id)}/resolve`,
          reason === undefined ? {} : { reason },
        ),
      ]),
    );
  return group('alerts', 'changes of LLMs that a running service found', [list, resolve]);
}
