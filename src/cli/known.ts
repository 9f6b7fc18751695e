import { systemClock } from '../base/clock.js';
import { knownProfile } from '../catalog/known.js';
import type { LlmId } from '../schema/ids.js';
import type { KnownProfile } from '../schema/known-profile.js';
import { unknownModel } from './unknown-model.js';
import { openWorkspace } from './workspace.js';

/** Options of commands that show what is known of LLMs. */
export interface KnownSettings {
  data: string;
  encoder: string;
  json?: true;
}

/** Reads what is known of some LLMs, and works with it. Throws `model_not_found`. */
export async function withKnown<T>(
  { data, encoder }: KnownSettings,
  ids: readonly string[],
  work: (known: KnownProfile[]) => T,
  nearest?: number,
): Promise<T> {
  const workspace = await openWorkspace({ data, encoder, logLevel: 'warn' });
  try {
    const { ledger, live, history } = workspace;
    const scorer = live.scorer.current();
    const parts = { ledger, scorer, history, clock: systemClock, ...(nearest !== undefined && { nearest }) };
    const known: KnownProfile[] = [];
    for (const id of ids) known.push((await knownProfile(parts, id as LlmId)) ?? unknownModel(id));
    return work(known);
  } finally {
    await workspace.close();
  }
}
