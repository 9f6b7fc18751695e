import type { DecisionSettings } from '../../schema/decision.js';
import type { DriftSettings } from '../../schema/drift.js';
import type { BreakerSettings } from '../../schema/health.js';

/** Settings by what they are of. */
export interface SettingsByKind {
  breaker: BreakerSettings;
  decision: DecisionSettings;
  drift: DriftSettings;
}

/** Settings that are kept whole. */
export interface SettingsStore {
  /** The defaults where none are kept. */
  get<Kind extends keyof SettingsByKind>(kind: Kind): Promise<SettingsByKind[Kind]>;
  /** Throws `ledger_busy`. */
  put<Kind extends keyof SettingsByKind>(kind: Kind, settings: SettingsByKind[Kind]): Promise<void>;
}
