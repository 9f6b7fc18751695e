import { describe } from 'node:test';
import { describeAlertStore } from './alerts.js';
import { describeArtifactStore } from './artifacts.js';
import { describeAuditStore } from './audit.js';
import { describeBreakerStore } from './breakers.js';
import { describeCascadeStore } from './cascades.js';
import { describeCatalogStore } from './catalog.js';
import { describeChangeStore } from './changes.js';
import { describeDecisionStore } from './decisions.js';
import { describeEmbeddingStore } from './embeddings.js';
import { describeFeedbackStore } from './feedback.js';
import { describeForgetting } from './forgetting.js';
import { describeImportStore } from './imports.js';
import { describeJudgeStore } from './judge.js';
import { describeJumps } from './jumps.js';
import { describeKeyStore } from './keys.js';
import { describeLedger } from './ledger.js';
import { describeLimitStore } from './limits.js';
import { describeNewcomers } from './newcomers.js';
import { describePolicyStore } from './policies.js';
import { describeQuotaStore } from './quotas.js';
import { describeRetentionStore } from './retention.js';
import { describeScheduleStore } from './schedule.js';
import { describeSettingsStore } from './settings.js';
import { describeSnapshotStore } from './snapshot.js';
import type { StoreUnderTest } from './store-under-test.js';

/** What every store must keep, port by port. */
export function describeStore(store: StoreUnderTest): void {
  describe(`store: ${store.name}`, { skip: store.skip ?? false }, () => {
    describeLedger(store);
    describeFeedbackStore(store);
    describeImportStore(store);
    describeCatalogStore(store);
    describeNewcomers(store);
    describeDecisionStore(store);
    describeCascadeStore(store);
    describeSnapshotStore(store);
    describeEmbeddingStore(store);
    describeArtifactStore(store);
    describeBreakerStore(store);
    describeLimitStore(store);
    describeAlertStore(store);
    describePolicyStore(store);
    describeSettingsStore(store);
    describeRetentionStore(store);
    describeForgetting(store);
    describeScheduleStore(store);
    describeKeyStore(store);
    describeQuotaStore(store);
    describeJudgeStore(store);
    describeAuditStore(store);
    describeChangeStore(store);
    describeJumps(store);
  });
}
