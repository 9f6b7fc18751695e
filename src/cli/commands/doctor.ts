import { Command } from 'commander';
import { STATES, type Finding, type State } from '../doctor/finding.js';
import { options } from '../options.js';
import { answer, print, table } from '../output.js';
import { paint, paintState } from '../paint.js';
import { onTarget, type Target } from '../target.js';
import { treeOf } from '../tree.js';

/** Variables that no flag of a command stands for. */
const VARIABLES = [
  'POINTSMAN_API_KEY',
  'POINTSMAN_COMPOSER',
  'POINTSMAN_COMPOSER_API_KEY',
  'POINTSMAN_ENCODER_API_KEY',
  'POINTSMAN_ENCODER_MODULES',
  'POINTSMAN_TENSORFLOW_DIR',
  'POINTSMAN_WEBHOOK_SECRET',
];

/** The worst of what was found. */
const worstOf = (findings: readonly Finding[]): State =>
  STATES[Math.max(...findings.map(({ state }) => STATES.indexOf(state)))] ?? 'ok';

async function findingsOf(
  target: Target,
  settings: { encoder: string; queue?: string },
  whole: () => Promise<Command>,
): Promise<Finding[]> {
  if (target.kind === 'service') return (await import('../doctor/service.js')).lookAtService(target.url);
  const [{ lookAtFolder }, { lookAtMachine }] = await Promise.all([
    import('../doctor/folder.js'),
    import('../doctor/machine.js'),
  ]);
  const ofFlags = treeOf(await whole()).flatMap(({ options: all }) => all.flatMap(({ variable }) => variable ?? []));
  const { encoder, queue } = settings;
  return [
    ...(await lookAtMachine(encoder, new Set([...VARIABLES, ...ofFlags]))),
    ...(await lookAtFolder({ data: target.data, encoder, queue })),
  ];
}

function show(findings: readonly Finding[]): void {
  print(
    table(
      ['', 'what', 'found'],
      findings.map(({ state, check, found }) => [paintState(state), check, found]),
    ),
  );
  for (const { state, check, remedy } of findings)
    if (remedy !== null) print(`\n${paint(state === 'fault' ? 'red' : 'yellow', `${state}: ${check}`)}\n  ${remedy}`);
  const count = (state: State): number => findings.filter((one) => one.state === state).length;
  print(`\n${count('fault')} faults, ${count('warning')} warnings`);
}

/** @param whole makes `pointsman` with all of its commands, which know every variable */
export function doctorCommand(whole: () => Promise<Command>): Command {
  return onTarget<{ encoder: string; queue?: string }>(
    new Command('doctor').description(
      'look at this installation and a data folder, or at a running service: what is wrong, and what to do. The ' +
        'ledger is only read; the exit code is 1 where there is a fault',
    ),
    { json: '{"state": the worst, "findings": [{"check", "state": ok, warning or fault, "found", "remedy"}]}' },
    async (target, settings) => {
      const findings = await findingsOf(target, settings, whole);
      const state = worstOf(findings);
      answer(settings.json, { state, findings }, () => show(findings));
      if (state === 'fault') process.exitCode = 1;
    },
  )
    .addOption(options.encoder())
    .addOption(options.queue());
}
