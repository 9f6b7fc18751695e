import type { Logger } from '../base/log.js';
import { Canary, type ExperimentName } from '../schema/experiment.js';
import type { Ledger } from '../store/ports/index.js';

/** How names of canaries begin that trainings start. */
const PREFIX = 'retrain-';
/** Characters of a version that tell it from others, as far as names go. */
const TOLD = 12;

/** Name of the canary of a version that was trained. */
export const canaryNameOf = (version: string): ExperimentName => `${PREFIX}${version.slice(0, TOLD)}`;

/**
 * Has a version that was trained tried in a canary. One of an earlier training that is not over ends: what it tried is
 * out of date. Answers the canary's name. Throws `ledger_busy`.
 */
export async function startCanary(
  { experiments }: Pick<Ledger, 'experiments'>,
  version: string,
  log: Logger,
): Promise<ExperimentName> {
  const name = canaryNameOf(version);
  for (const one of await experiments.list()) {
    if (one.name === name || !one.name.startsWith(PREFIX) || one.endedAt !== null) continue;
    const why = `version ${version} was trained`;
    if (await experiments.move(one.name, one, { state: 'ended', step: one.step, why }))
      log.info({ experiment: one.name, why }, 'a canary ended');
  }
  await experiments.put(name, Canary.parse({ kind: 'canary', candidate: { version } }));
  log.info({ experiment: name, version }, 'a canary began');
  return name;
}
