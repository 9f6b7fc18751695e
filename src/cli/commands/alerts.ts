import { Command } from 'commander';
import type { Alert } from '../../schema/drift.js';
import { group } from '../group.js';
import { answer, print, table } from '../output.js';
import { paintState } from '../paint.js';
import { overApi } from '../target.js';

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
  paintState(resolution ?? 'open'),
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
  const list = overApi<{ all?: boolean }>(
    new Command('list')
      .description('which LLMs got worse on a task')
      .option('--all', 'those that are resolved too, and improvements'),
    { json: '{"alerts": [Alert]}' },
    async ({ ask }, { all, json }) => {
      const found = await ask<{ alerts: Alert[] }>('GET', `/v1/alerts?state=${all ? 'all' : 'open'}`);
      answer(json, found, () => show(found.alerts));
    },
  );
  const resolve = overApi<{ reason?: string }>(
    new Command('resolve')
      .description('resolve an alert: the LLM is trusted as before')
      .argument('<id>', 'id of the alert')
      .option('--reason <text>', 'kept with the alert'),
    { json: 'the alert' },
    async ({ ask }, { reason, json }, id) => {
      const path = `/v1/alerts/${encodeURIComponent(id)}/resolve`;
      const resolved = await ask<Alert>('POST', path, reason === undefined ? {} : { reason });
      answer(json, resolved, () => show([resolved]));
    },
  );
  return group('alerts', 'changes of LLMs that a service found', [list, resolve]);
}
