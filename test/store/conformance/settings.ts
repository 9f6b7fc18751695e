import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CatalogSettings, DEFAULT_CATALOG_SETTINGS } from '../../../src/schema/catalog.js';
import { DecisionSettings, DEFAULT_DECISION_SETTINGS } from '../../../src/schema/decision.js';
import { DEFAULT_DRIFT, DriftSettings } from '../../../src/schema/drift.js';
import { BreakerSettings, DEFAULT_BREAKER } from '../../../src/schema/health.js';
import { DEFAULT_SIGNALS, SignalSettings } from '../../../src/schema/signals.js';
import { DEFAULT_JUDGE, JudgeSettings } from '../../../src/schema/judge.js';
import { DEFAULT_TEXTS, TextSettings } from '../../../src/schema/texts.js';
import { testBusy, type StoreUnderTest } from './store-under-test.js';

const DEFAULTS = {
  breaker: DEFAULT_BREAKER,
  catalog: DEFAULT_CATALOG_SETTINGS,
  decision: DEFAULT_DECISION_SETTINGS,
  drift: DEFAULT_DRIFT,
  signals: DEFAULT_SIGNALS,
  judge: DEFAULT_JUDGE,
  texts: DEFAULT_TEXTS,
};
const KINDS = ['breaker', 'catalog', 'decision', 'drift', 'signals', 'judge', 'texts'] as const;
const OTHER = {
  breaker: BreakerSettings.parse({ min_calls: 2, timeout_ms: 1000 }),
  catalog: CatalogSettings.parse({ register_unknown: 'refuse', max_models: 7 }),
  decision: DecisionSettings.parse({ query_text_hours: 0 }),
  drift: DriftSettings.parse({ webhooks: ["https://example.org/it's?x=%F0%9F%98%80"], score: { least: 0.2 } }),
  signals: SignalSettings.parse({ quiet: { weight: 0 }, thumb: { value_when_false: 0.1 } }),
  judge: JudgeSettings.parse({ enabled: true, model: "it's", by_policy: { cost: 0.5 }, rubric: 'Ist es gut? 日本' }),
  texts: TextSettings.parse({ store: 'hash', hours: 5 }),
};

export function describeSettingsStore(store: StoreUnderTest): void {
  describe('settings', () => {
    test('there are defaults, each kind is kept whole and by itself, and other openers see it', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      const kept: Record<string, unknown> = { ...DEFAULTS };
      for (const kind of KINDS) {
        assert.deepEqual(await ledger.settings.get(kind), DEFAULTS[kind]);
        await ledger.settings.put(kind, OTHER[kind]);
        kept[kind] = OTHER[kind];
        for (const each of KINDS) assert.deepEqual(await other.settings.get(each), kept[each]);
      }
      for (const kind of KINDS) {
        await other.settings.put(kind, DEFAULTS[kind]);
        assert.deepEqual(await ledger.settings.get(kind), DEFAULTS[kind]);
      }
    });

    test('of two openers that put at once, the settings of one are kept whole', async (t) => {
      const { ledger, openAgain } = await store.open(t);
      const other = await openAgain();
      const given = [BreakerSettings.parse({ min_calls: 1 }), BreakerSettings.parse({ probes: 7 })];
      await Promise.all([ledger.settings.put('breaker', given[0]!), other.settings.put('breaker', given[1]!)]);
      const kept = await ledger.settings.get('breaker');
      assert.deepEqual(await other.settings.get('breaker'), kept);
      assert.ok(given.some((one) => JSON.stringify(one) === JSON.stringify(kept)));
    });

    testBusy(
      store,
      Object.fromEntries(KINDS.map((kind) => [`put ${kind}`, ({ settings }) => settings.put(kind, OTHER[kind])])),
    );
  });
}
