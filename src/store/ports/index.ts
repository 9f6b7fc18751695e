import type { Clock } from '../../base/clock.js';
import type { AlertStore } from './alerts.js';
import type { ArtifactStore } from './artifacts.js';
import type { AuditStore } from './audit.js';
import type { BreakerStore } from './breakers.js';
import type { CallStore } from './calls.js';
import type { CascadeStore } from './cascades.js';
import type { CatalogStore } from './catalog.js';
import type { ChangeStore } from './changes.js';
import type { DecisionStore } from './decisions.js';
import type { EmbeddingStore } from './embeddings.js';
import type { ExperimentStore } from './experiments.js';
import type { FeedbackStore } from './feedback.js';
import type { ImportStore } from './imports.js';
import type { JudgeStore } from './judge.js';
import type { KeyStore } from './keys.js';
import type { LimitStore } from './limits.js';
import type { OverviewStore } from './overview.js';
import type { PolicyStore } from './policies.js';
import type { ProviderStore } from './providers.js';
import type { QuotaStore } from './quotas.js';
import type { RetentionStore } from './retention.js';
import type { ScheduleStore } from './schedule.js';
import type { SettingsStore } from './settings.js';
import type { ShadowStore } from './shadows.js';
import type { SnapshotStore } from './snapshot.js';

/**
 * All that a team's ledger holds, a port for each subject. Each verb is atomic by itself: it happens whole or not at
 * all, whichever process calls it. A store implements every port; `test/store/conformance` says what it must keep.
 */
export interface Ledger {
  /** Random name that was made with the ledger: 16 hexadecimal digits. A copy of the ledger keeps it. */
  readonly id: string;
  /** What keeps it, as people call it: `SQLite`. */
  readonly kind: string;
  /**
   * The time by which limits, breakers and claims are kept, in milliseconds: it goes on evenly, whatever clocks are set
   * to, and all processes on the ledger have the same. It began as the time of day, and may have left that since.
   */
  readonly steady: Clock;
  readonly feedback: FeedbackStore;
  readonly imports: ImportStore;
  readonly catalog: CatalogStore;
  readonly decisions: DecisionStore;
  readonly overview: OverviewStore;
  readonly calls: CallStore;
  readonly cascades: CascadeStore;
  readonly snapshot: SnapshotStore;
  readonly embeddings: EmbeddingStore;
  readonly artifacts: ArtifactStore;
  readonly breakers: BreakerStore;
  readonly limits: LimitStore;
  readonly alerts: AlertStore;
  readonly policies: PolicyStore;
  readonly experiments: ExperimentStore;
  readonly providers: ProviderStore;
  readonly settings: SettingsStore;
  readonly schedule: ScheduleStore;
  readonly keys: KeyStore;
  readonly quotas: QuotaStore;
  readonly judge: JudgeStore;
  readonly shadows: ShadowStore;
  readonly audit: AuditStore;
  readonly changes: ChangeStore;
  readonly retention: RetentionStore;
  /**
   * Resolves where the ledger can be read and written: it is cheap, and may be asked often. What writes met before is
   * remembered, and tried again now and then. Rejects with `ledger_gone`, `ledger_full`, `ledger_failed` or
   * `ledger_damaged`, whose message says what to do.
   */
  check(): Promise<void>;
  close(): Promise<void>;
}
