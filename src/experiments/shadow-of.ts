import type { Shadow } from '../schema/experiment.js';
import type { Ledger } from '../store/ports/index.js';

/** The shadow of an experiment that runs, as the ledger has it now; null where none of that name does. */
export function shadowsIn({ experiments }: Pick<Ledger, 'experiments'>): (name: string) => Promise<Shadow | null> {
  return async (name) => {
    const kept = await experiments.get(name);
    return kept?.state === 'running' && kept.body.kind === 'shadow' ? kept.body : null;
  };
}
