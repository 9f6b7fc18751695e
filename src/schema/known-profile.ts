import { z } from 'zod';
import { Alert } from './drift.js';
import { LlmHealth } from './health.js';
import { LlmId } from './ids.js';
import { LlmProfile } from './profile.js';
import { NearLlm } from './route.js';

const estimate = {
  score: z.number().describe('Expected score'),
  low: z.number().describe('Four in five such intervals, `low` to `high`, hold the true mean'),
  high: z.number(),
  answers: z.int().describe('Scored answers that it rests on'),
};
export const ScoreEstimate = z.strictObject(estimate).meta({ id: 'ScoreEstimate' });
export type ScoreEstimate = z.infer<typeof ScoreEstimate>;

export const LlmUsage = z
  .strictObject({
    answers: z.int(),
    scored: z.int().describe('Scores of them, and of signals'),
    mean_score: z.number().nullable().describe('Mean of these scores, by weight; null where there is none'),
    error_rate: z.number().describe('Share of them that failed; 0 where there are none'),
    cost_usd: z.number().nullable().describe('Mean cost of an answer, where it was reported'),
    completion_tokens: z.number().describe('Usual length of an answer'),
    latency_ms: z.number().nullable().describe('Median'),
    latency_p90_ms: z.number().nullable(),
  })
  .meta({ id: 'LlmUsage', description: 'What an LLM’s answers take, as is expected of the next' });
export type LlmUsage = z.infer<typeof LlmUsage>;

const ComparedQuery = z
  .strictObject({
    query: z.string().nullable().describe('Its text, where it is kept'),
    query_hash: z.string().describe('SHA-256 of the text'),
    score: z.number(),
    others: z.number().describe('Mean score of the other LLMs there'),
  })
  .meta({ id: 'ComparedQuery' });

/** What is known of an LLM beyond what is declared. */
export const LearnedProfile = z
  .strictObject({
    version: z.string().nullable().describe('Version that it is of; null before anything is trained'),
    router: z.string(),
    overall: ScoreEstimate,
    tasks: z.array(z.strictObject({ task: z.string(), ...estimate })).describe('By task, best first'),
    domains: z.array(z.strictObject({ domain: z.string(), ...estimate })).describe('By domain, over its tasks'),
    kinds: z
      .array(z.strictObject({ kind: z.string(), ...estimate }))
      .describe('By kind of query that was discovered, from answers to some of them, best first'),
    wins: z.array(ComparedQuery).describe('Logged queries on which it did best beside the others'),
    losses: z.array(ComparedQuery).describe('… and worst'),
    usage: LlmUsage,
    nearest: z.array(NearLlm).describe('LLMs whose profiles are nearest, and what they share'),
    health: LlmHealth,
    alerts: z.array(Alert).describe('Changes for the worse that are not resolved'),
    history: z
      .array(z.strictObject({ version: z.string(), created_at: z.iso.datetime(), score: z.number() }))
      .describe('What the last versions expected of it over all queries, newest first'),
    texts: z
      .strictObject({ flat: z.string(), structured: z.string().nullable() })
      .nullable()
      .describe(
        'Its profile as a text: its own facts and scores; with what it heard of others, null where it quotes a query ' +
          'whose text is forgotten. Null where none is made',
      ),
  })
  .meta({ id: 'LearnedProfile', description: 'What is known of an LLM beyond what is declared' });
export type LearnedProfile = z.infer<typeof LearnedProfile>;

export const KnownProfile = LlmProfile.extend({ learned: LearnedProfile }).meta({
  id: 'KnownProfile',
  description: 'What is declared of an LLM, and what is learned beside it',
});
export type KnownProfile = z.infer<typeof KnownProfile>;

/** What all LLMs are worth is shown by. */
export const GROUPINGS = ['task', 'kind'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** One LLM among the others. */
export const LlmStrength = z
  .strictObject({
    model: LlmId,
    overall: ScoreEstimate,
    groups: z.array(ScoreEstimate.nullable()).describe('In the order of `groups`; null where nothing is known of one'),
    usage: LlmUsage,
    state: LlmHealth.shape.state,
    alerts: z.int().describe('Changes for the worse that are not resolved'),
  })
  .meta({ id: 'LlmStrength', description: 'What one LLM is expected to do, beside the others' });
export type LlmStrength = z.infer<typeof LlmStrength>;

export const StrengthList = z
  .strictObject({
    version: z.string().nullable().describe('Version that it is of; null before anything is trained'),
    router: z.string(),
    groups: z.array(z.string()).describe('Tasks, or kinds of query: those of most answers first, 50 at most'),
    models: z.array(LlmStrength).describe('By id'),
  })
  .meta({ id: 'StrengthList', description: 'What all LLMs are expected to do' });
export type StrengthList = z.infer<typeof StrengthList>;
