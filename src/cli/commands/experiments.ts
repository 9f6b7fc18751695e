import { Command } from 'commander';
import { systemClock } from '../../base/clock.js';
import { createExperimentControl, type ExperimentControl } from '../../experiments/control.js';
import { ExperimentBody, ExperimentName } from '../../schema/experiment.js';
import {
  EXPERIMENT_ACTIONS,
  type ExperimentAction,
  type ExperimentEstimate,
  type ExperimentStatus,
  type ExperimentSummary,
  type PromotionAsked,
} from '../../schema/experiment-status.js';
import { parse } from '../../schema/parse.js';
import { audited } from '../actor.js';
import { callJson, serviceApi } from '../client.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { withInterval } from '../interval.js';
import { answer, print, table } from '../output.js';
import { paintState } from '../paint.js';
import { onTarget, type Target } from '../target.js';
import { readYamlFile } from '../yaml-file.js';
import { disagreementsCommand } from './disagreements.js';

const pathOf = (name: string): string => `/v1/experiments/${encodeURIComponent(name)}`;

/** Over a service. */
function over(url: string): ExperimentControl {
  const api = serviceApi(url);
  return {
    list: async () => (await callJson<{ experiments: ExperimentSummary[] }>(api, 'GET', '/v1/experiments')).experiments,
    get: (name) => callJson(api, 'GET', pathOf(name)),
    put: async (name, body) => (await api.call('PUT', pathOf(name), body)).status === 201,
    remove: async (name) => void (await api.call('DELETE', pathOf(name))),
    act: (name, action, asked = {}) => callJson(api, 'POST', `${pathOf(name)}/${action}`, asked),
  };
}

/** Reads by a service, or in the folder. */
function read<T>(target: Target, work: (control: ExperimentControl) => Promise<T>): Promise<T> {
  if (target.kind === 'service') return work(over(target.url));
  return readLedger(target.data, (ledger) => work(createExperimentControl({ ledger, clock: systemClock })));
}

/** The same for what changes one, which the audit log has either way. */
function change<T>(
  target: Target,
  { action, name }: { action: string; name: string },
  work: (control: ExperimentControl) => Promise<T>,
): Promise<T> {
  parse(ExperimentName, name, 'invalid_request', 'name');
  if (target.kind === 'service') return work(over(target.url));
  return withLedger(target.data, (ledger) => {
    const state = async (): Promise<unknown> => {
      const kept = await ledger.experiments.get(name);
      return kept && { body: kept.body, state: kept.state, step: kept.step + 1, why: kept.why };
    };
    return audited(ledger, { action: `experiments ${action}`, target: `/v1/experiments/${name}`, state }, () =>
      work(createExperimentControl({ ledger, clock: systemClock })),
    );
  });
}

const percent = (share: number | null): string => (share === null ? '–' : `${Number((100 * share).toFixed(1))}%`);

function showAll(experiments: readonly ExperimentSummary[]): void {
  const rows = experiments.map(({ name, kind, of, state, step, share, why, idle }) => [
    name,
    kind,
    of ?? 'all',
    paintState(idle === null ? state : `${state}, idle`),
    step ?? '–',
    percent(share),
    idle ?? why,
  ]);
  print(table(['experiment', 'kind', 'of', 'state', 'step', 'share', 'why'], rows));
}

const shown = ({ mean, low, high }: ExperimentEstimate, digits: number): string =>
  withInterval(mean, low, high, digits);

function show(status: ExperimentStatus): void {
  showAll([status]);
  print();
  const rows = status.arms.map((arm) => [
    arm.arm,
    percent(arm.share),
    arm.decisions,
    arm.apart,
    arm.answers,
    shown(arm.quality, 3),
    shown(arm.errors, 3),
    shown(arm.latency_ms, 0),
    shown(arm.cost_usd, 5),
    arm.models
      .slice(0, 3)
      .map(({ model, share }) => `${model} ${percent(share)}`)
      .join(', '),
  ]);
  if (rows.length > 0)
    print(
      table(['arm', 'share', 'decisions', 'apart', 'answers', 'quality', 'errors', 'ms', 'US dollars', 'LLMs'], rows),
    );
  for (const { arm, against, verdict, why } of status.comparisons)
    print(`${arm} beside ${against}: ${verdict} (${why})`);
  print();
  for (const { at, state, step, why } of status.history)
    print(`${at} ${state}${step === null ? '' : ` step ${step}`}: ${why}`);
}

function listCommand(): Command {
  return onTarget(
    new Command('list').description('list the experiments'),
    { json: '{"experiments": [a line of each]}' },
    async (target, { json }) => {
      const experiments = await read(target, (control) => control.list());
      answer(json, { experiments }, () => showAll(experiments));
    },
  );
}

function showCommand(): Command {
  return onTarget(
    new Command('show')
      .description('show an experiment: its arms, what its tests say, and its history')
      .argument('<name>'),
    { json: 'the experiment with its arms, comparisons and history' },
    async (target, { json }, name) => {
      const status = await read(target, (control) => control.get(name));
      answer(json, status, () => show(status));
    },
  );
}

function putCommand(): Command {
  return onTarget(
    new Command('put')
      .description('start an experiment from a YAML or JSON file, or change one that runs')
      .argument('<name>')
      .argument('<file>'),
    { json: '{"put": NAME, "created": whether it is new}' },
    async (target, { json }, name, file) => {
      const body = parse(ExperimentBody, readYamlFile(file), 'invalid_file', file);
      const created = await change(target, { action: 'put', name }, (control) => control.put(name, body));
      answer(json, { put: name, created }, () => print(`${name} ${created ? 'started' : 'changed'}`));
    },
  );
}

function removeCommand(): Command {
  return onTarget(
    new Command('remove').description('remove an experiment with its results').argument('<name>'),
    { json: '{"removed": NAME}' },
    async (target, { json }, name) => {
      await change(target, { action: 'remove', name }, (control) => control.remove(name));
      answer(json, { removed: name }, () => print(`${name} removed`));
    },
  );
}

const ACTIONS: Record<ExperimentAction, string> = {
  promote: 'put the candidate, or an arm of an A/B test, in force',
  rollback: 'roll a canary back',
  pause: 'pause an experiment',
  resume: 'resume an experiment',
  end: 'end an experiment; its results stay',
};

function actCommand(action: ExperimentAction): Command {
  const command = new Command(action)
    .description(ACTIONS[action])
    .argument('<name>')
    .option('--why <text>', 'kept with it');
  if (action === 'promote') command.option('--arm <name>', 'which arm of an A/B test');
  return onTarget<PromotionAsked>(
    command,
    { json: 'the experiment as `show` has it' },
    async (target, { why, arm, json }, name) => {
      const asked = { ...(why !== undefined && { why }), ...(arm !== undefined && { arm }) };
      const status = await change(target, { action, name }, (control) => control.act(name, action, asked));
      answer(json, status, () => print(`${name} ${status.state}: ${status.why}`));
    },
  );
}

export const experimentsCommand = (): Command =>
  group('experiments', 'canaries, A/B tests and shadows: what is tried beside what is in force', [
    listCommand(),
    showCommand(),
    putCommand(),
    removeCommand(),
    disagreementsCommand(),
    ...EXPERIMENT_ACTIONS.map(actCommand),
  ]);
