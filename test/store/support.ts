import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { withTexts, type GraphRows, type QueryRow } from '../../src/graph/rows.js';
import { openLedger, type Ledger, type LedgerOptions } from '../../src/store/open.js';
import type { FeedbackRecord } from '../../src/store/ports/feedback.js';
import { Interaction, Preference, Signal } from '../../src/schema/feedback.js';
import { LlmProfile } from '../../src/schema/profile.js';

/** The time that tests' clocks begin at: 2026-01-01. */
export const START = Date.UTC(2026, 0, 1);

/** A folder that is gone when the test ends. */
export function tempFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-ledger-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An empty ledger, closed and removed when the test ends. */
export function tempLedger(t: TestContext, options: Partial<LedgerOptions> = {}): Promise<Ledger> {
  return openFor(t, join(tempFolder(t), 'ledger.sqlite'), options);
}

/** All that a ledger's rows say, texts too, to be compared. */
export async function allRows(ledger: Ledger): Promise<Omit<GraphRows, 'queries'> & { queries: QueryRow[] }> {
  const rows = await withTexts(await ledger.snapshot.read(), ledger.snapshot.texts);
  return { ...rows, queries: [...rows.queries] };
}

/** Opens a ledger and closes it when the test ends. */
export async function openFor(t: TestContext, path: string, options: Partial<LedgerOptions> = {}): Promise<Ledger> {
  const ledger = await openLedger(path, { clock: () => START, ...options });
  t.after(() => ledger.close());
  return ledger;
}

export function interaction(
  query: string,
  model: string,
  score: number | undefined,
  more: Record<string, unknown> = {},
): Extract<FeedbackRecord, { kind: 'interaction' }> {
  return { kind: 'interaction', value: Interaction.parse({ query, model, score, ...more }) };
}

export function signal(
  query: string,
  model: string,
  value: number | boolean,
  more: Record<string, unknown> = {},
): Extract<FeedbackRecord, { kind: 'signal' }> {
  return { kind: 'signal', value: Signal.parse({ query, model, signal: 'thumb', value, ...more }) };
}

export function preference(
  query: string,
  better: string,
  worse: string,
  more: Record<string, unknown> = {},
): Extract<FeedbackRecord, { kind: 'preference' }> {
  return { kind: 'preference', value: Preference.parse({ query, better_model: better, worse_model: worse, ...more }) };
}

export function profile(id: string, facts: Record<string, unknown> = {}): LlmProfile {
  return LlmProfile.parse({ id, ...facts });
}
