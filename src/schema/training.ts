import { z } from 'zod';
import { Version } from './ids.js';

export const BACKENDS = ['auto', 'tensorflow', 'wasm', 'cpu'] as const;
/** Names of the profile designs that can be trained; what each is stands in `profile/design.ts`. */
export const DESIGN_NAMES = [
  'structured-trainable',
  'structured-trainable-1hop',
  'structured-trainable-2hop',
  'structured-trainable-3hop',
  'structured-trainable-4hop',
  'flat',
] as const;
export type DesignName = (typeof DESIGN_NAMES)[number];
/** How a version that was trained comes into force. */
export const ACTIVATIONS = ['gate', 'canary', 'manual'] as const;
export type Activation = (typeof ACTIVATIONS)[number];
/** What routers are compared by: each query once, or as often as it was answered. */
export const WEIGHINGS = ['queries', 'traffic'] as const;
export type Weighing = (typeof WEIGHINGS)[number];
/** Seed of a run that is told none. */
export const DEFAULT_SEED = 20_260_500;

/** What a training run is asked for. Seed 0 would mean "unseeded" to TensorFlow.js, so it is refused. */
export const TrainRequest = z
  .strictObject({
    design: z.enum(DESIGN_NAMES).optional(),
    seed: z
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .optional(),
    backend: z.enum(BACKENDS).optional(),
    half_life_days: z
      .number()
      .min(1)
      .max(36_500)
      .optional()
      .describe('After how many days an answer counts half; without it, age alone does not matter'),
    weigh: z
      .enum(WEIGHINGS)
      .optional()
      .describe(
        'What routers are compared by before one serves: each query once (`queries`, the default), or as often as it ' +
          'was answered (`traffic`)',
      ),
    from_scratch: z
      .boolean()
      .optional()
      .describe('Train from nothing, where a long log that hardly grew would be trained on from the version before'),
    activate: z.boolean().optional().describe('false: the same as `activation: manual`'),
    activation: z
      .enum(ACTIVATIONS)
      .optional()
      .describe(
        '`gate`: what is let through comes into force at once; `canary`: it gets a growing share of the traffic ' +
          'first, and comes into force or is rolled back by what that finds; `manual`: it is trained, compared and ' +
          'registered, and what serves stays. Where it is left out, as the service was started',
      ),
  })
  .refine(({ activate, activation }) => activate === undefined || activation === undefined, {
    path: ['activation'],
    message: 'expected one of activate and activation',
  })
  .meta({ id: 'TrainRequest' });
export type TrainRequest = z.infer<typeof TrainRequest>;

export const JOB_STATES = ['waiting', 'active', 'completed', 'failed'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** How far a training run has come. `fraction` is in [0, 1]. */
export const TrainProgress = z
  .strictObject({
    phase: z.enum(['snapshot', 'encode', 'train', 'evaluate', 'write']),
    fraction: z.number(),
    message: z.string(),
    epochs: z.int().optional().describe('How many epochs it trains; known once the first of them is done'),
    losses: z
      .array(z.strictObject({ epoch: z.int(), loss: z.number() }))
      .optional()
      .describe('Mean loss of each epoch so far; of a run that was taken up again, of those since'),
  })
  .meta({ id: 'TrainProgress' });
export type TrainProgress = z.infer<typeof TrainProgress>;

const bound = z
  .number()
  .nullable()
  .describe('End of the 95% interval of `difference`, which few queries make wide; null where none has both');

/** How one router did on the held-out queries of a task. */
export const TaskComparison = z
  .strictObject({
    task: z.string(),
    queries: z.int().describe('Held-out queries of it that both have'),
    difference: z.number(),
    low: bound,
    high: bound,
  })
  .meta({ id: 'TaskComparison' });
export type TaskComparison = z.infer<typeof TaskComparison>;

/** How one router did on the held-out queries beside the one that was trained. */
export const Comparison = z
  .strictObject({
    name: z.string(),
    title: z.string(),
    told: z.boolean().describe('Whether it was told the task; such a router is shown, and can reject nothing'),
    mean: z
      .number()
      .nullable()
      .describe(
        'Mean score of the LLM it chose, or share of comparisons ranked right; null where nothing could be measured',
      ),
    mean_low: z
      .number()
      .nullable()
      .optional()
      .describe('95% interval of the mean over queries; none before this release'),
    mean_high: z.number().nullable().optional(),
    difference: z.number().describe('Its mean less the trained profile’s, over queries that both have'),
    p: z
      .number()
      .describe('Probability of a difference as high if there were none (one-sided paired permutation test)'),
    better: z.boolean().describe('Whether it is better than the trained profile, by that test'),
    low: bound.optional(),
    high: bound.optional(),
    tasks: z
      .array(TaskComparison)
      .optional()
      .describe('The same by task, of the 50 with most held-out queries; left out where none is known'),
  })
  .meta({ id: 'Comparison' });
export type Comparison = z.infer<typeof Comparison>;

export const ARTIFACT_STATUSES = ['accepted', 'rejected'] as const;
const status = z
  .enum(ARTIFACT_STATUSES)
  .describe(
    'rejected: another router is better on held-out queries, as `comparison` shows; it can be activated all the same',
  );
const router = z.string().describe('What the artifact holds: `learned`, or the name of a baseline that was better');

/** How a run ended: the version, whether it was made now, and its held-out metrics. */
export const TrainResult = z
  .strictObject({
    version: Version,
    created: z.boolean().describe('false when this snapshot, design and seed had been trained before'),
    activated: z.boolean(),
    reason: z.string().describe('Why it was activated, or why not'),
    status,
    in_force: Version.nullable().describe('Version that serves now'),
    comparison: z.array(Comparison),
    metrics: z.record(z.string(), z.number()),
    backend: z.string(),
    seconds: z.number(),
    peak_memory_mb: z.int().describe('The most memory that the training process held'),
  })
  .meta({ id: 'TrainResult' });
export type TrainResult = z.infer<typeof TrainResult>;

export const Job = z
  .strictObject({
    job_id: z.string(),
    state: z.enum(JOB_STATES),
    request: TrainRequest,
    trigger: z.enum(['request', 'schedule', 'drift']),
    progress: TrainProgress.nullable(),
    result: TrainResult.nullable(),
    error: z.string().nullable(),
    attempts: z.int(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Job' });
export type Job = z.infer<typeof Job>;

export const Schedule = z
  .strictObject({
    pattern: z.string().min(1).max(200).describe('Cron pattern of five or six fields, in UTC'),
    min_new_interactions: z
      .int()
      .min(0)
      .max(1e9)
      .default(1)
      .describe('Skip a run while fewer interactions or preferences came since the last one'),
  })
  .meta({ id: 'Schedule' });
export type Schedule = z.infer<typeof Schedule>;

export const ArtifactSummary = z
  .strictObject({
    version: Version,
    created_at: z.iso.datetime(),
    active: z.boolean(),
    snapshot: z.string(),
    design: z.string(),
    router,
    status,
    seed: z.int(),
    backend: z.string(),
    comparison: z.array(Comparison),
    metrics: z.record(z.string(), z.number()),
    files: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })),
  })
  .meta({ id: 'ArtifactSummary' });
export type ArtifactSummary = z.infer<typeof ArtifactSummary>;
