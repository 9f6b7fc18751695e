import type { DayRow } from '../machines/day-sums.js';
import type { GraphRows } from '../graph/rows.js';
import type { FeedbackReceipt, Interaction, Preference } from '../schema/feedback.js';
import type { StepReport } from '../schema/cascade.js';
import type { DecisionSettings, Outcome } from '../schema/decision.js';
import type { PolicyBody } from '../schema/policy.js';
import type { LlmProfile } from '../schema/profile.js';
import type { Breaker } from '../machines/breaker.js';
import type { DriftObservation } from '../machines/drift-stream.js';
import type { Alert, DriftSettings } from '../schema/drift.js';
import type { LimitedLlm, LoadClaim, LoadGrant, LoadState, Settlement } from '../machines/claims.js';
import type { BreakerSettings, CallReport } from '../schema/health.js';
import type { ArtifactSummary, Schedule } from '../schema/training.js';

/** A decision as it is logged. */
export interface DecisionRecord {
  id: string;
  /** Milliseconds since the epoch. */
  at: number;
  query: string;
  task: string | null;
  model: string;
  version: string | null;
  router: string;
  policy: string;
  /** The rules it was made by, as JSON. */
  rules: string;
  /** The ranking as answered, as JSON. */
  ranking: string;
  /** Who was no candidate, and why, as JSON. */
  excluded: string;
  /** Probability with which the LLM was chosen. */
  propensity: number;
  /** What a cascade was asked to reach, as JSON; null for a single call. */
  cascade: string | null;
}

/** A decision as it is read back. */
export interface KeptDecision extends Omit<DecisionRecord, 'query'> {
  /** Null once the text is forgotten. */
  query: string | null;
  /** SHA-256 of the text, in hexadecimal. */
  queryHash: string;
}

/**
 * Which decisions are listed: newest first, from before the decision `before`. Times in milliseconds, `to` excluded.
 */
export interface DecisionFilter {
  before?: string | undefined;
  model?: string | undefined;
  policy?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  limit: number;
}

/** Feedback of one day that named a decision. */
export interface ObservedDay {
  day: string;
  answers: number;
  /** Mean. */
  score: number;
  /** Sum; null where none was reported. */
  cost_usd: number | null;
  errors: number;
}

/** The log of decisions. */
export interface DecisionStore {
  /** Also adds to the sums per day. */
  appendDecisions(decisions: readonly DecisionRecord[], sums?: readonly DayRow[]): void;
  getDecision(id: string): KeptDecision | undefined;
  listDecisions(filter: DecisionFilter): KeptDecision[];
  /** Interactions that named the decision, in order of arrival. */
  outcomesOf(id: string): Outcome[];
  /**
   * Adds how a step of a cascade went, with what `decide` makes of all steps so far; nothing is added where that
   * throws, or where the last report is repeated.
   */
  reportStep<T>(id: string, report: StepReport, decide: (reports: StepReport[], repeated: boolean) => T): T;
  /** How the steps of a cascade went, in order. */
  stepsOf(id: string): StepReport[];
  /** Sums of the days `from` to `to` (both taken), as 2026-11-25. */
  readDays(from: string, to: string): { rows: DayRow[]; observed: ObservedDay[] };
  /** Removes what is kept no longer, a bounded part at a time; answers whether more is left to do. */
  pruneDecisions(): boolean;
  getDecisionSettings(): DecisionSettings;
  putDecisionSettings(settings: DecisionSettings): void;
}

/** An interaction or preference whose query and LLM are known: what the store writes as given. */
export type FeedbackRecord = { kind: 'interaction'; value: Interaction } | { kind: 'preference'; value: Preference };

/** The catalogue: LLMs, families, tasks, domains. Upserts change only the fields they are given. */
export interface Catalog {
  getLlm(id: string): LlmProfile | undefined;
  listLlms(): LlmProfile[];
  /**
   * Replaces what is declared of an LLM; another `revision` than before marks that it changed. Answers whether it is
   * new.
   */
  putLlm(profile: LlmProfile): boolean;
  /** Fills in only the fields given (for imports), likewise. */
  mergeLlm(profile: LlmProfile): void;
  /** Takes an LLM out of the candidates; its interactions are kept. Answers whether it was there. */
  deleteLlm(id: string): boolean;
  putFamily(id: string, description: string): void;
  putTask(id: string, description: string): void;
  putDomain(id: string, description: string): void;
  linkTaskDomain(task: string, domain: string): void;
}

export interface ArtifactRecord extends ArtifactSummary {
  /** Interactions and preferences in the ledger when it was trained. */
  ledger_rows: number;
}

/** Writes of one import: all of them become visible together, or none. */
export interface BulkWriter {
  /** The catalogue inside the import's transaction. */
  readonly catalog: Catalog;
  /** Appends one interaction, registering its LLM, task and domain where new. */
  interaction(value: Interaction): void;
  /** Appends one preference, likewise. */
  preference(value: Preference): void;
  /** Names that the catalogue has, deleted LLMs apart. */
  names(kind: 'family' | 'task' | 'domain'): Set<string>;
  /** When a file with this content (SHA-256, uncompressed) was imported, in milliseconds; undefined if never. */
  importedAt(contentHash: string): number | undefined;
  markImported(contentHash: string, name: string): void;
}

/** How an LLM has done over all its feedback; means are NaN where nothing was reported. */
export interface LlmStats {
  id: string;
  meanScore: number;
  interactions: number;
  wins: number;
  losses: number;
  costUsd: number;
  /** What it is now, where it became another LLM on all tasks; else as above. */
  now: {
    /** Answers since. */
    interactions: number;
    /** Mean score and number of its answers, those from before counting little; the mean is NaN without any. */
    meanScore: number;
    weight: number;
  };
  usage: readonly TaskUsage[];
}

/** How a snapshot is read. */
export interface SnapshotOptions {
  /** After how many days an answer counts half; none unless given. */
  halfLifeDays?: number | null;
}

/**
 * How long an LLM's answers on one task (null: of none) were and took: sums and how many were reported. Latency as the
 * logarithm of milliseconds, at least 1.
 */
export interface TaskUsage {
  task: string | null;
  completionTokens: number;
  completionTokensN: number;
  logLatency: number;
  logLatencySquares: number;
  latencyN: number;
}

/** Everything kept in SQLite, in the domain's verbs. Synchronous: better-sqlite3 is. */
export interface Ledger extends DecisionStore {
  readonly catalog: Catalog;

  /**
   * Appends all records of all batches in one immediate transaction, registering LLMs, tasks and domains
   * first seen here. A batch with a `key` that was used before is not written again: its first receipt is
   * answered (or, when `requestHash` differs, an `idempotency_key_reused` error in its place). Durable on return.
   */
  appendFeedback(batches: readonly FeedbackBatch[]): (FeedbackReceipt | Error)[];

  /**
   * Runs an import in one immediate transaction on a connection of its own: what `work` writes is committed when it
   * resolves and undone when it rejects. Other writers wait meanwhile, or get `ledger_busy`.
   */
  bulk<T>(work: (writer: BulkWriter) => Promise<T>): Promise<T>;

  /** Interactions and preferences so far: grows by one with each. */
  countRows(): number;
  countInteractions(): { interactions: number; preferences: number; queries: number };
  /** Changes whenever any LLM of the catalogue or any row of feedback was committed, by whichever process. */
  changeToken(): string;

  /** Canonical rows for a graph; see {@link GraphRows}. A consistent read: one read transaction. */
  readGraphRows(options?: SnapshotOptions): GraphRows;
  /** Mean score, count and usage per LLM only: cheap, for scoring before anything is trained. */
  readLlmStats(): LlmStats[];

  /** Text of a logged query by its hash (SHA-256 in hex). */
  getQueryText(hash: string): string | undefined;

  /** Cached embeddings `[dim]` by query hash; missing ones are absent from the map. */
  getEmbeddings(encoder: string, hashes: readonly string[]): Map<string, Float32Array>;
  putEmbeddings(encoder: string, rows: Iterable<[hash: string, vector: Float32Array]>): void;

  registerArtifact(artifact: ArtifactRecord): void;
  /** Newest first. */
  listArtifacts(): ArtifactRecord[];
  getArtifact(version: string): ArtifactRecord | undefined;
  activeVersion(): string | null;
  /** Throws `version_not_found`. */
  activateArtifact(version: string): void;

  getSchedule(): Schedule | undefined;
  putSchedule(schedule: Schedule): void;
  deleteSchedule(): boolean;
  /**
   * Claims for `holder`, for `leaseMs`, to bring the queue in step with the schedule; answers whether no other holds the
   * claim. Ended with {@link endScheduleClaim}.
   */
  claimSchedule(holder: string, leaseMs: number): boolean;
  endScheduleClaim(holder: string): void;
  /** Random id that was made with the ledger: 16 hexadecimal digits. */
  ledgerId(): string;

  /** Breakers of the LLMs of the catalogue that were called, by LLM; {@link openBreakers} those that are not closed. */
  readBreakers(): Map<string, Breaker>;
  openBreakers(): Map<string, Breaker>;
  /**
   * Counts calls in the breakers of their LLMs, as interactions posted as feedback are. Throws `unknown_model`, and
   * counts none then.
   */
  reportCalls(calls: readonly CallReport[]): void;
  /** Opens or closes an LLM's breaker; answers whether the LLM is known. */
  overrideBreaker(model: string, state: 'open' | 'closed', reason: string | undefined): boolean;
  getBreakerSettings(): BreakerSettings;
  putBreakerSettings(settings: BreakerSettings): void;

  /**
   * Tests observations for drift, in order; answers the alerts of changes that they confirm. LLMs that are not known
   * are passed over.
   */
  observeDrift(observations: readonly DriftObservation[]): Alert[];
  /** Newest first. */
  listAlerts(limit: number): Alert[];
  /** Alerts of worsening that are not resolved, of the LLMs of the catalogue, newest first. */
  openAlerts(): Alert[];
  /** How many alerts there ever were. */
  countAlerts(): { model: string; task: string; signal: string; direction: string; count: number }[];
  /**
   * Resolves an alert for an operator; one that is resolved stays as it is. Answers it, undefined where there is none.
   */
  resolveAlert(id: string, reason: string | undefined): Alert | undefined;
  /** Resolves the alerts that a version learned enough since; answers their ids. */
  resolveRetrained(version: string): string[];
  /**
   * Alerts that wait for a retraining job, claimed for the caller for a minute: to be ended with {@link endRetrain}.
   * None where the last such job is too recent.
   */
  claimRetrain(): string[];
  endRetrain(ids: readonly string[], jobId: string): void;
  /**
   * An alert that no webhook was sent for, claimed for the caller for `leaseMs`; ended with {@link endWebhook}, sent or
   * given up.
   */
  claimWebhook(leaseMs: number): Alert | undefined;
  endWebhook(id: string): void;
  getDriftSettings(): DriftSettings;
  putDriftSettings(settings: DriftSettings): void;
  /** The team's own policies, by name. */
  readPolicies(): Map<string, PolicyBody>;
  putPolicy(name: string, body: PolicyBody): void;
  /** Answers whether it was there. */
  deletePolicy(name: string): boolean;

  /** LLMs of the catalogue that declare limits, by id. */
  listLimited(): LimitedLlm[];
  /** What counts against their limits, of slots from `since` on, by LLM. */
  readLoad(since: number): Map<string, LoadState>;
  /** Decisions without an outcome yet, of LLMs that declare how many they answer at the same time. */
  countInFlight(): Map<string, number>;
  settleLoad(settlements: readonly Settlement[]): void;
  /** Settles, then claims: one immediate transaction. Undefined for an LLM that is not in the catalogue. */
  claimLoad(claim: LoadClaim): LoadGrant | undefined;
  /** Frees the places of decisions that nobody was told of. */
  endInFlight(decisions: readonly string[]): void;

  close(): void;
}

export interface FeedbackBatch {
  records: readonly FeedbackRecord[];
  key?: string;
  /** SHA-256 of the request; given with `key`. */
  requestHash?: string;
  /** Called once the batch is durable; not for one whose key was used before. */
  onStored?: () => void;
}
