import { z } from 'zod';

/** What is kept of a text: nothing, its SHA-256 and a vector, or all of it. */
export const TEXT_STORES = ['none', 'hash', 'whole'] as const;
export const TextStore = z.enum(TEXT_STORES);
export type TextStore = z.infer<typeof TextStore>;

/** Ten years. */
export const MAX_TEXT_HOURS = 87_600;
const Hours = z
  .number()
  .positive()
  .max(MAX_TEXT_HOURS)
  .nullable()
  .default(null)
  .describe('How long whole texts are kept; null for as long as /v1/decision-log and /v1/retention say');

/** What is kept of texts. */
export const TextSettings = z
  .strictObject({
    store: TextStore.default('whole').describe(
      '`whole`; `hash`: SHA-256 and the encoder’s vector, so that learning goes on; `none`: not even these, and ' +
        'only latency, length, cost and errors are learned from',
    ),
    hours: Hours,
  })
  .meta({ id: 'TextSettings', description: 'What is kept of the texts of queries and comments' });
export type TextSettings = z.infer<typeof TextSettings>;
export const DEFAULT_TEXTS: TextSettings = TextSettings.parse({});

/** What is kept of texts that come by one key. */
export const KeyTexts = z
  .strictObject({ store: TextStore, hours: Hours })
  .meta({ id: 'KeyTexts', description: 'What is kept of texts that come by a key, whatever /v1/texts says' });
export type KeyTexts = z.infer<typeof KeyTexts>;
