import type { ArmSums } from '../../machines/canary.js';
import type { Sums } from '../../machines/sequential.js';
import type { AuditEntry } from '../../schema/audit.js';
import type { ExperimentBody, ExperimentState } from '../../schema/experiment.js';
import type { PolicyBody } from '../../schema/policy.js';

/** An experiment, and where it is. Times in milliseconds since the epoch. */
export interface KeptExperiment {
  name: string;
  body: ExperimentBody;
  state: ExperimentState;
  /** Which step of a canary it is in, from 0. */
  step: number;
  startedAt: number;
  /** When this step began. */
  stepAt: number;
  /** Null while it runs or is paused. */
  endedAt: number | null;
  /** Why it is where it is. */
  why: string;
}

/** Where an experiment went. */
export interface ExperimentStep extends Pick<KeptExperiment, 'state' | 'step' | 'why'> {
  at: number;
}

/** What a candidate's promotion puts in force. */
export interface Promotion {
  version?: string | undefined;
  policies?: readonly { name: string; body: PolicyBody }[] | undefined;
}

export interface ExperimentMove extends Pick<KeptExperiment, 'state' | 'step' | 'why'> {
  /** Put in force with it. */
  promotes?: Promotion | undefined;
  /** Written with it. */
  audit?: Omit<AuditEntry, 'id' | 'at'> | undefined;
}

/** What is known of the decisions of one arm. */
export interface ArmResult {
  arm: string;
  decisions: number;
  /** Those of them that the other arm would have made otherwise, as far as that is known: only these count in sums. */
  apart: number;
  /** Decisions that feedback came of. */
  answers: number;
  /** Those of them that were made in this step. */
  stepAnswers: number;
  /** A value a unit: the mean of its decisions. */
  sums: ArmSums;
  /** Quality on each task that was told, by its name. */
  tasks: [task: string, quality: Sums][];
  /** Decisions by LLM, most first. */
  models: [model: string, decisions: number][];
}

/** What became of an experiment that was put. */
export type PutExperiment = 'started' | 'changed' | 'same' | { refused: string[] };

/**
 * Experiments, and what is found of their arms. Each decision counts once in each measure, in the mean of its unit:
 * more feedback of it takes the place of what counted before, whether it comes before the decision is logged or after.
 * Verbs that write throw `ledger_busy`.
 */
export interface ExperimentStore {
  /** Oldest first. */
  list(): Promise<KeptExperiment[]>;
  get(name: string): Promise<KeptExperiment | undefined>;
  /**
   * Starts an experiment, in place of one of that name that is over. One that runs or is paused goes on with the body,
   * unless it changes what its results rest on: then nothing is written, and the answer names those fields.
   */
  put(name: string, body: ExperimentBody): Promise<PutExperiment>;
  /**
   * Moves an experiment on, with all that goes with it, or nothing: false where it is elsewhere than `from` by now.
   * Throws `version_not_found`.
   */
  move(name: string, from: Pick<KeptExperiment, 'state' | 'step' | 'startedAt'>, to: ExperimentMove): Promise<boolean>;
  /** Removes it with its results; answers whether it was there. */
  delete(name: string): Promise<boolean>;
  /** Of arms that decided anything, by name. */
  results(name: string): Promise<ArmResult[]>;
  /** In order. */
  history(name: string): Promise<ExperimentStep[]>;
}
