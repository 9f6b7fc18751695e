import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { CatalogSettings, DEFAULT_CATALOG_SETTINGS } from '../../schema/catalog.js';
import { DecisionSettings, DEFAULT_DECISION_SETTINGS } from '../../schema/decision.js';
import { DEFAULT_DRIFT, DriftSettings } from '../../schema/drift.js';
import { BreakerSettings, DEFAULT_BREAKER } from '../../schema/health.js';
import { DEFAULT_JUDGE, JudgeSettings } from '../../schema/judge.js';
import { DEFAULT_METRICS, MetricSettings } from '../../schema/metric.js';
import { parse } from '../../schema/parse.js';
import { DEFAULT_RETENTION, RetentionSettings } from '../../schema/retention.js';
import { DEFAULT_SIGNALS, SignalSettings } from '../../schema/signals.js';
import { DEFAULT_TEXTS, TextSettings } from '../../schema/texts.js';
import type { SettingsByKind, SettingsStore } from '../ports/settings.js';
import type { Touch } from './changes.js';
import type { Connection } from './connection.js';

type Kind = keyof SettingsByKind;

const KINDS: { [K in Kind]: { schema: z.ZodType<SettingsByKind[K]>; defaults: SettingsByKind[K] } } = {
  breaker: { schema: BreakerSettings, defaults: DEFAULT_BREAKER },
  catalog: { schema: CatalogSettings, defaults: DEFAULT_CATALOG_SETTINGS },
  decision: { schema: DecisionSettings, defaults: DEFAULT_DECISION_SETTINGS },
  drift: { schema: DriftSettings, defaults: DEFAULT_DRIFT },
  judge: { schema: JudgeSettings, defaults: DEFAULT_JUDGE },
  metrics: { schema: MetricSettings, defaults: DEFAULT_METRICS },
  retention: { schema: RetentionSettings, defaults: DEFAULT_RETENTION },
  signals: { schema: SignalSettings, defaults: DEFAULT_SIGNALS },
  texts: { schema: TextSettings, defaults: DEFAULT_TEXTS },
};

/** Settings as other writes of this connection read them. */
export type ReadSettings = <K extends Kind>(kind: K) => SettingsByKind[K];

/** Reads settings, each kept whole as JSON in the one row of its table; the defaults where there is none. */
export function createSettingsReader({ db }: Connection): ReadSettings {
  const find = Object.fromEntries(
    Object.keys(KINDS).map((kind) => [kind, db.prepare<[], string>(`SELECT settings FROM ${kind}_settings`).pluck()]),
  );
  /** Parsing takes longer than reading, and the same comes again and again. */
  const parsed = new Map<Kind, { json: string; settings: unknown }>();
  return <K extends Kind>(kind: K): SettingsByKind[K] => {
    const json = find[kind]!.get();
    const { schema, defaults } = KINDS[kind];
    if (json === undefined) return defaults;
    const known = parsed.get(kind);
    if (known?.json === json) return known.settings as SettingsByKind[K];
    const settings = parse(schema, JSON.parse(json), 'internal', `${kind} settings of the ledger`);
    parsed.set(kind, { json, settings });
    return settings;
  };
}

export function createSettings(connection: Connection, read: ReadSettings, touch: Touch): SettingsStore {
  const put = Object.fromEntries(
    Object.keys(KINDS).map((kind) => [
      kind,
      connection.db.prepare<[string]>(`INSERT OR REPLACE INTO ${kind}_settings (only, settings) VALUES (1, ?)`),
    ]),
  );
  return {
    get: async (kind) => read(kind),
    put: async (kind, settings) =>
      connection.write(() => {
        if (!isDeepStrictEqual(read(kind), settings)) touch('settings');
        put[kind]!.run(JSON.stringify(settings));
      }),
  };
}
