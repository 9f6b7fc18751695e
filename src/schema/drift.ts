import { z } from 'zod';
import { LlmId } from './ids.js';
import { FreeText } from './text.js';

export const DRIFT_SIGNALS = ['score', 'latency', 'error'] as const;
export type DriftSignal = (typeof DRIFT_SIGNALS)[number];

/** Stands for the task of queries of which none is known. */
export const UNKNOWN_TASK = 'unknown';

const Milliseconds = z.int().min(1).max(86_400_000);
const evidence = (nats: number) =>
  z
    .number()
    .min(3)
    .max(1000)
    .default(nats)
    .describe(
      'Nats of evidence that confirm a change for the worse; one for the better takes 1.5 more. One more makes ' +
        'false alarms some three times rarer, and finding a change a tenth slower',
    );

/** Characters of a URI by RFC 3986: others are read as their percent-encodings, and answers are to be URIs, too. */
const URI_CHARACTERS = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\dA-Fa-f]{2})*$/;
const Webhook = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
  .regex(URI_CHARACTERS, 'expected a URL with all but the characters of URIs percent-encoded')
  .max(2000);

/** When a change is called one, and what is done about it. */
export const DriftSettings = z
  .strictObject({
    enabled: z.boolean().default(true).describe('false: nothing is observed, and open alerts stay as they are'),
    score: z
      .strictObject({
        evidence: evidence(10),
        least: z.number().min(0.01).max(1).default(0.1).describe('Least difference of mean scores'),
      })
      .prefault({}),
    latency: z
      .strictObject({
        evidence: evidence(13),
        least: z.number().min(1.01).max(100).default(1.25).describe('Least ratio of typical latencies'),
      })
      .prefault({}),
    error: z
      .strictObject({
        evidence: evidence(13),
        least: z.number().min(0.01).max(1).default(0.05).describe('Least difference of error rates'),
      })
      .prefault({}),
    correction: z
      .strictObject({
        enabled: z.boolean().default(true),
        half_life: z
          .int()
          .min(10)
          .max(1_000_000)
          .default(800)
          .describe('Answers of a task or kind, of all LLMs, after which what was observed there counts half'),
      })
      .prefault({})
      .describe('How expected scores follow the answers since the training'),
    max_age_ms: Milliseconds.default(86_400_000).describe(
      'Interactions that are older when they are posted are not observed',
    ),
    min_new_interactions: z
      .int()
      .min(1)
      .max(100_000)
      .default(30)
      .describe('Interactions since the change that a version must have been trained on to resolve an alert'),
    retrain: z
      .boolean()
      .default(true)
      .describe('Whether a change for the worse of score or error rate starts a retraining job'),
    retrain_interval_ms: z.int().min(0).max(604_800_000).default(600_000).describe('Least time between two such jobs'),
    webhooks: z
      .array(Webhook)
      .max(10)
      .default([])
      .describe(
        'URLs that alerts are posted to. Answers have `***` in place of what follows the host; a URL that is set ' +
          'as it was answered stays as it is',
      ),
    webhook_timeout_ms: z.int().min(100).max(30_000).default(5_000),
    webhook_tries: z.int().min(1).max(10).default(5).describe('With pauses of 1, 2, 4, … seconds between them'),
  })
  .meta({ id: 'DriftSettings' });
export type DriftSettings = z.infer<typeof DriftSettings>;

export const DEFAULT_DRIFT: DriftSettings = DriftSettings.parse({});

export const Alert = z
  .strictObject({
    id: z.uuid(),
    at: z.iso.datetime().describe('When the change was confirmed'),
    model: LlmId,
    task: z
      .string()
      .describe(`Task of the queries, or their kind where no task is known; ${UNKNOWN_TASK} where neither is`),
    by: z.enum(['task', 'kind']).describe('What `task` is: a label of yours, or a kind that was discovered'),
    signal: z.enum(DRIFT_SIGNALS),
    direction: z.enum(['worse', 'better']),
    before: z
      .number()
      .describe('Mean score, typical latency in milliseconds (geometric mean), or error rate, before the change'),
    after: z.number().describe('The same, after it: of an open alert, as of now'),
    since: z.iso.datetime().describe('When the change is estimated to have been'),
    observations: z.int().describe('Interactions between then and the alert'),
    evidence: z.number().describe('Nats'),
    resolved_at: z.iso.datetime().nullable(),
    resolution: z
      .enum(['retrained', 'operator', 'recovered', 'superseded', 'improvement'])
      .nullable()
      .describe(
        'retrained: a version learned from what came since; recovered: it changed back; superseded: a newer ' +
          'alert says more; improvement: better than before, so there is nothing to resolve',
      ),
    reason: z.string().nullable().describe('What an operator said, or the version'),
    retrain_job: z.string().nullable().describe('The job that it started'),
  })
  .meta({ id: 'Alert', description: 'A confirmed change of an LLM on a task' });
export type Alert = z.infer<typeof Alert>;

export const AlertList = z
  .strictObject({ alerts: z.array(Alert) })
  .meta({ id: 'AlertList', description: 'Alerts, newest first' });

export const AlertBlock = z
  .strictObject({
    from: z.iso.datetime().describe('Time of the first answer'),
    to: z.iso.datetime().describe('Time of the last answer'),
    answers: z.int(),
    mean: z.number().describe('What `before` and `after` of the alert are, of these answers'),
    low: z.number().nullable().describe('Its 95% interval; null where one answer is all there is'),
    high: z.number().nullable(),
  })
  .meta({ id: 'AlertBlock', description: 'Answers that follow one another' });
export type AlertBlock = z.infer<typeof AlertBlock>;

export const AlertDetail = z
  .strictObject({
    ...Alert.shape,
    series: z
      .strictObject({
        changed_at: z.iso.datetime().describe('The change point'),
        before: AlertBlock.nullable().describe('All answers shown before it; null where none is left'),
        after: AlertBlock.nullable().describe('All answers shown since; null where none is left'),
        points: z.array(AlertBlock).describe('Oldest first; each is of some 10 answers, and none is of both sides'),
      })
      .nullable()
      .describe(
        'Up to 200 answers before the change and 200 since, of the 30,000 interactions of the ledger next to the ' +
          'alert on either side; null where `by` is kind, as which answers are of a kind is not logged',
      ),
  })
  .meta({ id: 'AlertDetail', description: 'A confirmed change of an LLM on a task, with the answers around it' });
export type AlertDetail = z.infer<typeof AlertDetail>;

export const AlertResolution = z.strictObject({ reason: FreeText(1000).optional() }).meta({ id: 'AlertResolution' });
