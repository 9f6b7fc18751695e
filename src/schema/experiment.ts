import { z } from 'zod';
import { Fraction } from './fraction.js';
import { LlmId } from './ids.js';
import { Name } from './name.js';
import { PolicyName } from './policy.js';
import { FreeLines } from './text.js';

export const ExperimentName = Name.meta({ id: 'ExperimentName', description: 'Name of an experiment' });
export type ExperimentName = z.infer<typeof ExperimentName>;

/** What decides otherwise than what is in force: a policy, a version, only some LLMs, or several of these together. */
const candidate = {
  policy: PolicyName.optional().describe('Decides by this policy'),
  version: z.string().min(1).max(200).optional().describe('Decides by this version of the weights'),
  models: z.array(LlmId).min(1).max(1000).optional().describe('Only these LLMs are candidates'),
};
const saysSomething = z.refine<{ policy?: unknown; version?: unknown; models?: unknown }>(
  ({ policy, version, models }) => policy !== undefined || version !== undefined || models !== undefined,
  { message: 'expected a policy, a version or models' },
);

export const Candidate = z
  .strictObject(candidate)
  .check(saysSomething)
  .meta({ id: 'Candidate', description: 'What decides otherwise than what is in force' });
export type Candidate = z.infer<typeof Candidate>;

/** How much worse a candidate may be, and still is no worse. */
export const Margins = z
  .strictObject({
    quality: Fraction.default(0.01).describe('Points of mean score'),
    errors: Fraction.default(0.01).describe('Points of the share of answers that are errors'),
    latency: z.number().min(1).max(100).default(1.2).describe('Times the geometric mean of latencies'),
    cost: z.number().min(1).max(100).default(1.2).describe('Times the mean cost'),
  })
  .meta({ id: 'Margins', description: 'How much worse a candidate may be' });
export type Margins = z.infer<typeof Margins>;

const shared = {
  description: FreeLines(1000).optional(),
  of: PolicyName.optional().describe(
    'Whose traffic takes part: queries that are routed by this policy. If left out, those of the default policy, or, ' +
      'where no policy is tried, all',
  ),
  until: z.iso.datetime().optional().describe('When it ends by itself, whatever it found'),
};

/** What is held together: all that one unit asks gets one arm. */
const unit = z
  .enum(['conversation', 'key'])
  .default('conversation')
  .describe(
    'All queries of a conversation, or of a key, get one arm. Where none is known, a query is its own conversation',
  );

export const Step = z
  .strictObject({
    share: Fraction.describe('Share of the units that the candidate gets'),
    answers: z.int().min(1).max(1e9).describe('Answers of the candidate, in this step, before the next begins'),
  })
  .meta({ id: 'Step', description: 'A step of a canary' });

/**
 * The first steps find what is broken for few answers. The last waits for the tests at a share that bounds what any day
 * loses: .13 point of its quality by a candidate that is 5 points worse on a quarter of the traffic. A larger share
 * tells less for what it loses: where s is the share, an answer of the candidate tells 1 − s (docs/learning.md).
 */
export const DEFAULT_STEPS: z.infer<typeof Step>[] = [
  { share: 0.01, answers: 50 },
  { share: 0.05, answers: 200 },
  { share: 0.1, answers: 500 },
];

export const Canary = z.strictObject({
  kind: z.literal('canary'),
  ...shared,
  candidate: Candidate,
  unit,
  steps: z.array(Step).min(1).max(20).default(DEFAULT_STEPS),
  margins: Margins.prefault({}),
  promote: z
    .enum(['auto', 'manual'])
    .default('auto')
    .describe(
      '`auto`: after the last step, once the tests say that it is not worse, it decides everything; `manual`: ' +
        'somebody says so. It is rolled back by itself either way, once a test says that it is worse',
    ),
});
export type Canary = z.infer<typeof Canary>;

export const Arm = z
  .strictObject({
    name: ExperimentName,
    share: z.number().positive().max(1).describe('Beside those of the others: they need not add up to 1'),
    ...candidate,
  })
  .meta({ id: 'Arm', description: 'An arm of an experiment; one that says nothing decides as what is in force' });
export type Arm = z.infer<typeof Arm>;

export const AbTest = z.strictObject({
  kind: z.literal('ab'),
  ...shared,
  arms: z
    .array(Arm)
    .min(2)
    .max(10)
    .refine((arms) => new Set(arms.map(({ name }) => name)).size === arms.length, 'expected names that differ')
    .describe('The first is what the others are compared with'),
  unit,
  stop: z
    .enum(['auto', 'manual'])
    .default('auto')
    .describe('`auto`: it ends once its test tells the qualities of all arms from that of the first'),
});
export type AbTest = z.infer<typeof AbTest>;

export const Shadow = z.strictObject({
  kind: z.literal('shadow'),
  ...shared,
  candidate: Candidate,
  share: Fraction.default(1).describe('Share of decisions beside which the candidate decides, too'),
  ask: z
    .strictObject({
      share: Fraction.describe('Share of disagreements, of calls through the model endpoint, that both LLMs answer'),
      budget_usd: z.number().min(0).max(1e6).describe('US dollars for those answers and their judge, all in all'),
    })
    .optional()
    .describe('Disagreements are asked of both LLMs, and judged blind; nobody is asked if left out'),
});
export type Shadow = z.infer<typeof Shadow>;

export const ExperimentBody = z
  .discriminatedUnion('kind', [Shadow, Canary, AbTest])
  .meta({ id: 'ExperimentBody', description: 'What is tried, and how' });
export type ExperimentBody = z.infer<typeof ExperimentBody>;

/** Where an experiment is. Only one that runs decides anything. */
export const EXPERIMENT_STATES = ['running', 'paused', 'ended', 'promoted', 'rolled_back'] as const;
export const ExperimentState = z.enum(EXPERIMENT_STATES);
export type ExperimentState = z.infer<typeof ExperimentState>;

/** Which arm of which experiment decided. */
export const InExperiment = z
  .strictObject({ experiment: ExperimentName, arm: ExperimentName })
  .meta({ id: 'InExperiment', description: 'Which arm of which experiment decided' });
export type InExperiment = z.infer<typeof InExperiment>;

/** Names of a canary's arms. */
export const CANARY_ARMS = { control: 'control', candidate: 'candidate' } as const;
