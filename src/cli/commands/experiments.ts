import { Command, Option } from 'commander';
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
import { call, callJson } from '../client.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { options } from '../options.js';
import { print, printJson, table } from '../output.js';
import { readYamlFile } from '../yaml-file.js';
import { disagreementsCommand } from './disagreements.js';

interface Settings extends PromotionAsked {
  data: string;
  url?: string;
  json?: true;
}

const url = (): Option => new Option('--url <url>', 'a running service, in place of the folder').env('POINTSMAN_URL');
const json = (): Option => new Option('--json', 'answer as JSON');

const pathOf = (name: string): string => `/v1/experiments/${encodeURIComponent(name)}`;

/** Over a service. */
function over(service: string): ExperimentControl {
  return {
    list: async () =>
      (await callJson<{ experiments: ExperimentSummary[] }>(service, 'GET', '/v1/experiments')).experiments,
    get: (name) => callJson(service, 'GET', pathOf(name)),
    put: async (name, body) => (await call(service, 'PUT', pathOf(name), body)).status === 201,
    remove: async (name) => void (await call(service, 'DELETE', pathOf(name))),
    act: (name, action, asked = {}) => callJson(service, 'POST', `${pathOf(name)}/${action}`, asked),
  };
}

/** Reads by a service, or in the folder. */
function read<T>({ data, url: service }: Settings, work: (control: ExperimentControl) => Promise<T>): Promise<T> {
  if (service !== undefined) return work(over(service));
  return readLedger(data, (ledger) => work(createExperimentControl({ ledger, clock: systemClock })));
}

/** The same for what changes one, which the audit log has either way. */
function change<T>(
  { data, url: service }: Settings,
  { action, name }: { action: string; name: string },
  work: (control: ExperimentControl) => Promise<T>,
): Promise<T> {
  parse(ExperimentName, name, 'invalid_request', 'name');
  if (service !== undefined) return work(over(service));
  return withLedger(data, (ledger) => {
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
    idle === null ? state : `${state}, idle`,
    step ?? '–',
    percent(share),
    idle ?? why,
  ]);
  print(table(['experiment', 'kind', 'of', 'state', 'step', 'share', 'why'], rows));
}

function shown({ mean, low, high }: ExperimentEstimate, digits: number): string {
  if (mean === null) return '–';
  const interval = low === null || high === null ? '' : ` (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
  return `${mean.toFixed(digits)}${interval}`;
}

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
  return new Command('list')
    .description('list the experiments')
    .addOption(json())
    .addOption(url())
    .addOption(options.data())
    .action(async (settings: Settings) => {
      const experiments = await read(settings, (control) => control.list());
      if (settings.json) printJson({ experiments });
      else showAll(experiments);
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('show an experiment: its arms, what its tests say, and its history')
    .argument('<name>')
    .addOption(json())
    .addOption(url())
    .addOption(options.data())
    .action(async (name: string, settings: Settings) => {
      const status = await read(settings, (control) => control.get(name));
      if (settings.json) printJson(status);
      else show(status);
    });
}

function putCommand(): Command {
  return new Command('put')
    .description('start an experiment from a YAML or JSON file, or change one that runs')
    .argument('<name>')
    .argument('<file>')
    .addOption(url())
    .addOption(options.data())
    .action(async (name: string, file: string, settings: Settings) => {
      const body = parse(ExperimentBody, readYamlFile(file), 'invalid_file', file);
      const isNew = await change(settings, { action: 'put', name }, (control) => control.put(name, body));
      print(`${name} ${isNew ? 'started' : 'changed'}`);
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove an experiment with its results')
    .argument('<name>')
    .addOption(url())
    .addOption(options.data())
    .action(async (name: string, settings: Settings) => {
      await change(settings, { action: 'remove', name }, (control) => control.remove(name));
      print(`${name} removed`);
    });
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
    .option('--why <text>', 'kept with it')
    .addOption(url())
    .addOption(options.data())
    .action(async (name: string, settings: Settings) => {
      const { why, arm } = settings;
      const asked = { ...(why !== undefined && { why }), ...(arm !== undefined && { arm }) };
      const { state, why: told } = await change(settings, { action, name }, (control) =>
        control.act(name, action, asked),
      );
      print(`${name} ${state}: ${told}`);
    });
  return action === 'promote' ? command.option('--arm <name>', 'which arm of an A/B test') : command;
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
