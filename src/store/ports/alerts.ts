import type { DriftObservation } from '../../machines/drift-stream.js';
import type { Alert, AlertDetail } from '../../schema/drift.js';

/** How many alerts of a kind there ever were. */
export interface AlertCount {
  model: string;
  task: string;
  signal: string;
  direction: string;
  count: number;
}

/** Tests for drift, and their alerts. */
export interface AlertStore {
  /**
   * Tests observations for drift, in order; answers the alerts of changes that they confirm. LLMs that are not known
   * are passed over. Throws `ledger_busy`, as every verb that writes.
   */
  observe(observations: readonly DriftObservation[]): Promise<Alert[]>;
  /** Newest first. */
  list(limit: number): Promise<Alert[]>;
  /** Alerts of worsening that are not resolved, of the LLMs of the catalogue, newest first. */
  open(): Promise<Alert[]>;
  /** An alert with the answers around its change. Undefined where there is none. */
  detail(id: string): Promise<AlertDetail | undefined>;
  counts(): Promise<AlertCount[]>;
  /** Resolves an alert for an operator; one that is resolved stays as it is. Undefined where there is none. */
  resolve(id: string, reason: string | undefined): Promise<Alert | undefined>;
  /** Resolves the alerts that a version learned enough since; answers their ids. */
  resolveRetrained(version: string): Promise<string[]>;
  /**
   * Alerts that wait for a retraining job, claimed for the caller for a minute: to be ended with {@link endRetrain}.
   * None where the last such job is too recent.
   */
  claimRetrain(): Promise<string[]>;
  endRetrain(ids: readonly string[], jobId: string): Promise<void>;
  /**
   * An alert that no webhook was sent for, claimed for the caller for `leaseMs` milliseconds; ended with
   * {@link endWebhook}, sent or given up.
   */
  claimWebhook(leaseMs: number): Promise<Alert | undefined>;
  endWebhook(id: string): Promise<void>;
}
