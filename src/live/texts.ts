import { DEFAULT_TEXTS, type TextSettings } from '../schema/texts.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import type { Caller } from './keys.js';

/** What is kept of the texts that somebody sends: what their key says, and else the settings. */
export const textsOf = ({ texts }: Pick<Caller, 'texts'>, settings: TextSettings): TextSettings => texts ?? settings;

/** What is kept of whose texts. */
export interface Texts {
  of(caller: Pick<Caller, 'texts'>): TextSettings;
}

/** Where nothing is set. */
export const WHOLE_TEXTS: Texts = { of: (caller) => textsOf(caller, DEFAULT_TEXTS) };

/** Follows the settings. */
export type LiveTexts = Texts & Live;

export async function openLiveTexts({ ledger }: { ledger: Pick<Ledger, 'settings'> }): Promise<LiveTexts> {
  let settings = await ledger.settings.get('texts');
  return {
    name: 'texts',
    eager: ['settings'],
    lazy: [],
    of: (caller) => textsOf(caller, settings),
    async refresh() {
      settings = await ledger.settings.get('texts');
    },
  };
}
