import { z } from 'zod';
import { QueryText } from './feedback.js';
import { TenantId } from './ids.js';
import { Timestamp } from './time.js';

const MAX_DAYS = 36_500;
const days = z.number().positive().max(MAX_DAYS);
const megabytes = z.number().positive().max(100_000_000);

/** How long and how much is kept of what is not the log of decisions; null for no limit. */
export const RetentionSettings = z
  .strictObject({
    idempotency_hours: z
      .number()
      .positive()
      .max(24 * MAX_DAYS)
      .default(168)
      .describe('How long an Idempotency-Key is known: a repeat after that is stored anew'),
    feedback_text_days: days
      .nullable()
      .default(null)
      .describe('The text of a query is forgotten when nothing was posted of it for so long; what was learned stays'),
    interactions: z
      .strictObject({
        max_age_days: days.nullable().default(null).describe('Rows whose `at` is longer ago are removed'),
        max_rows: z.int().min(1).max(1e12).nullable().default(null).describe('Of more, those stored first are removed'),
        max_megabytes: megabytes
          .nullable()
          .default(null)
          .describe('Those stored first are removed while texts, and 150 bytes for each row, take more'),
      })
      .prefault({})
      .describe('Interactions, signals and preferences. Sums over them stay; the next training has the rows left'),
    embeddings_megabytes: megabytes
      .nullable()
      .default(10_000)
      .describe(
        'Vectors that encoders answered: of more, those stored first are removed, and encoded again where needed',
      ),
    vectors_megabytes: megabytes
      .nullable()
      .default(50_000)
      .describe('Files of vectors of long logs: those written longest ago are removed, and made again where needed'),
    alert_days: days.nullable().default(365).describe('Alerts that were resolved longer ago are removed'),
    verdict_days: days
      .nullable()
      .default(365)
      .describe('What judges said is kept so long; scores that were posted of it are interactions'),
    import_days: days
      .nullable()
      .default(null)
      .describe('How long it is known which rows and files were imported: later, the same is imported anew'),
    summary_days: days.nullable().default(3650).describe('How long sums by day are kept'),
  })
  .meta({ id: 'RetentionSettings', description: 'How long and how much is kept; null for no limit' });
export type RetentionSettings = z.infer<typeof RetentionSettings>;
export const DEFAULT_RETENTION: RetentionSettings = RetentionSettings.parse({});

export const QueryHash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');

/** What is to be forgotten: exactly one of these. */
export const ForgetRequest = z
  .strictObject({
    query_hash: QueryHash.optional().describe('SHA-256 of a text in UTF-8'),
    query: QueryText.optional().describe('The text itself'),
    tenant: TenantId.optional().describe('All texts that this tenant posted, whoever else did'),
    before: Timestamp.optional().describe('All texts of which nothing was posted since'),
  })
  .refine((asked) => Object.values(asked).filter((value) => value !== undefined).length === 1, {
    message: 'expected exactly one of query_hash, query, tenant and before',
  })
  .meta({ id: 'ForgetRequest', description: 'What is to be forgotten: exactly one of these' });
export type ForgetRequest = z.infer<typeof ForgetRequest>;

export const Forgotten = z
  .strictObject({
    texts: z.int().describe('Texts of logged queries; their hashes, scores and vectors stay'),
    decisions: z.int().describe('Texts in the log of decisions'),
    errors: z.int().describe('Texts of errors that answers ended with'),
    comments: z.int().describe('Comments on answers, and corrected answers'),
    unlearnable: z
      .int()
      .describe('Of `texts`, those without a vector: their answers are left out of the next training'),
  })
  .meta({ id: 'Forgotten', description: 'What was forgotten' });
export type Forgotten = z.infer<typeof Forgotten>;
