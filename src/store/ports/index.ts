import type { AlertStore } from './alerts.js';
import type { ArtifactStore } from './artifacts.js';
import type { BreakerStore } from './breakers.js';
import type { CascadeStore } from './cascades.js';
import type { CatalogStore } from './catalog.js';
import type { ChangeStore } from './changes.js';
import type { DecisionStore } from './decisions.js';
import type { EmbeddingStore } from './embeddings.js';
import type { FeedbackStore } from './feedback.js';
import type { ImportStore } from './imports.js';
import type { LimitStore } from './limits.js';
import type { PolicyStore } from './policies.js';
import type { RetentionStore } from './retention.js';
import type { ScheduleStore } from './schedule.js';
import type { SettingsStore } from './settings.js';
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
  readonly feedback: FeedbackStore;
  readonly imports: ImportStore;
  readonly catalog: CatalogStore;
  readonly decisions: DecisionStore;
  readonly cascades: CascadeStore;
  readonly snapshot: SnapshotStore;
  readonly embeddings: EmbeddingStore;
  readonly artifacts: ArtifactStore;
  readonly breakers: BreakerStore;
  readonly limits: LimitStore;
  readonly alerts: AlertStore;
  readonly policies: PolicyStore;
  readonly settings: SettingsStore;
  readonly schedule: ScheduleStore;
  readonly changes: ChangeStore;
  readonly retention: RetentionStore;
  close(): Promise<void>;
}
