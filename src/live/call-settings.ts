import type { SignalSettings } from '../schema/signals.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';

/** Settings that every call through the model endpoint reads. */
export interface CallSettings {
  /** What signals say of an answer. */
  signals(): SignalSettings;
}

/** Settings that follow the ledger, which all API processes share. */
export interface LiveCallSettings extends CallSettings, Live {}

export async function openLiveCallSettings({
  ledger: { settings },
}: {
  ledger: Pick<Ledger, 'settings'>;
}): Promise<LiveCallSettings> {
  let signals = await settings.get('signals');
  return {
    name: 'call settings',
    eager: ['settings'],
    lazy: [],
    signals: () => signals,
    async refresh() {
      signals = await settings.get('signals');
    },
  };
}
