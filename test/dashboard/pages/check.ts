import type { Tab } from '../browser.js';

/** Something that people do on a page, and what they see. */
export interface PageCheck {
  name: string;
  /** Which service it is tried on: the demo's unless given. */
  on?: 'demo' | 'empty';
  /** Fails where they would not see it. */
  run(tab: Tab & { url: string }): Promise<void>;
}
