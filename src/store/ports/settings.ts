import type { CatalogSettings } from '../../schema/catalog.js';
import type { DecisionSettings } from '../../schema/decision.js';
import type { DriftSettings } from '../../schema/drift.js';
import type { BreakerSettings } from '../../schema/health.js';
import type { JudgeSettings } from '../../schema/judge.js';
import type { MetricSettings } from '../../schema/metric.js';
import type { RetentionSettings } from '../../schema/retention.js';
import type { SignalSettings } from '../../schema/signals.js';
import type { TextSettings } from '../../schema/texts.js';

/** Settings by kind. */
export interface SettingsByKind {
  breaker: BreakerSettings;
  catalog: CatalogSettings;
  decision: DecisionSettings;
  drift: DriftSettings;
  judge: JudgeSettings;
  metrics: MetricSettings;
  retention: RetentionSettings;
  signals: SignalSettings;
  texts: TextSettings;
}

/** Settings; each kind is kept whole. */
export interface SettingsStore {
  /** The defaults where none are kept. */
  get<Kind extends keyof SettingsByKind>(kind: Kind): Promise<SettingsByKind[Kind]>;
  /** Throws `ledger_busy`. */
  put<Kind extends keyof SettingsByKind>(kind: Kind, settings: SettingsByKind[Kind]): Promise<void>;
}
