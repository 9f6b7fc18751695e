import { z } from 'zod';
import { Alert } from './drift.js';
import { LlmHealth } from './health.js';
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
    usage: z
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
      .describe('What its answers take, as is expected of the next'),
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
