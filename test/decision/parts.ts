import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { systemClock } from '../../src/base/clock.js';
import { createRng } from '../../src/base/rng.js';
import type { DeciderParts } from '../../src/decision/decider.js';
import type { Logger } from '../../src/base/log.js';
import { openLedger, type Ledger } from '../../src/store/open.js';
import { policiesOver } from '../../src/live/policies.js';
import { createPriorScorer } from '../../src/scoring/prior.js';
import { LlmProfile } from '../../src/schema/profile.js';
import type { ScorerHolder, Scorer } from '../../src/scoring/types.js';

/** A logger whose lines are kept, to look at. */
export function keptLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const log: Logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  return { log, lines };
}

/** What deciders are made of besides an index: the policies of a ledger, or of none. */
export function commonParts(ledger?: Ledger): Pick<DeciderParts, 'policies' | 'rng' | 'log'> {
  return { policies: policiesOver(() => ledger?.readPolicies() ?? new Map()), rng: createRng(1), log: keptLog().log };
}

/** A real ledger in a temporary folder. */
export function temporaryLedger(busyTimeoutMs = 25): { ledger: Ledger; folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-test-'));
  const ledger = openLedger(join(folder, 'ledger.sqlite'), { clock: systemClock, busyTimeoutMs });
  return {
    ledger,
    folder,
    remove() {
      ledger.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Puts `models` into the catalogue: three sizes, prices and latencies that grow together. */
export function addLlms(ledger: Ledger, ids: readonly string[]): void {
  ids.forEach((id, i) =>
    ledger.catalog.putLlm(
      LlmProfile.parse({
        id,
        size_b: 10 ** (i + 1),
        input_price: 10 ** i / 10,
        output_price: 10 ** i,
        latency_ms: 500 * (i + 1),
      }),
    ),
  );
}

/** The prior over the ledger, made anew whenever the ledger changed. */
export function priorHolder(ledger: Ledger): ScorerHolder {
  let token: string | undefined;
  let index: Scorer | undefined;
  return {
    current() {
      const now = ledger.changeToken();
      if (index === undefined || now !== token)
        index = createPriorScorer(ledger.catalog.listLlms(), ledger.readLlmStats());
      token = now;
      return index;
    },
  };
}
