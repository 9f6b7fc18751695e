import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock, type Clock } from '../../src/base/clock.js';
import { createRng } from '../../src/base/rng.js';
import { createDecider, type Decider, type DeciderParts } from '../../src/decision/decider.js';
import type { Logger } from '../../src/base/log.js';
import { openLedger, type Ledger } from '../../src/store/open.js';
import { policiesOver } from '../../src/live/policies.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import { LlmProfile } from '../../src/schema/profile.js';
import type { ScorerHolder } from '../../src/scoring/types.js';

/** A logger whose lines are kept, to look at. */
export function keptLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const log: Logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  return { log, lines };
}

/** A decider of a ledger whose LLMs are scored by `scorer`; of other parts of what is live, those that are given. */
export function deciderOf(
  ledger: Ledger,
  scorer: ScorerHolder,
  { clock = systemClock, ...live }: Partial<DeciderParts['live']> & { clock?: Clock } = {},
): Decider {
  const policies = policiesOver(new Map());
  return createDecider({ live: { scorer, policies, ...live }, ledger, clock, rng: createRng(1), log: keptLog().log });
}

/** A real ledger in a temporary folder. */
export async function temporaryLedger(
  busyTimeoutMs = 25,
): Promise<{ ledger: Ledger; folder: string; remove(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-test-'));
  const ledger = await openLedger(join(folder, 'ledger.sqlite'), { clock: systemClock, busyTimeoutMs });
  return {
    ledger,
    folder,
    async remove() {
      await ledger.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Puts `models` into the catalogue: three sizes, prices and latencies that grow together. */
export async function addLlms(ledger: Ledger, ids: readonly string[]): Promise<void> {
  for (const [i, id] of ids.entries())
    await ledger.catalog.put(
      LlmProfile.parse({
        id,
        size_b: 10 ** (i + 1),
        input_price: 10 ** i / 10,
        output_price: 10 ** i,
        latency_ms: 500 * (i + 1),
      }),
    );
}

/** The prior over the ledger as it is now. */
export async function priorHolder(ledger: Ledger): Promise<ScorerHolder> {
  const scorer = createPriorScorer(await ledger.catalog.list(), await ledger.feedback.stats());
  return { current: () => scorer };
}
