import { z } from 'zod';

/** Largest values that are taken: far beyond what happens, and small enough that sums of them stay exact enough. */
export const MOST = { milliseconds: 1e9, usDollars: 1e6, tokens: 1e9 } as const;

/** How long something took, in milliseconds: eleven days at most. */
export const Milliseconds = z.number().min(0).max(MOST.milliseconds);

/** What a call cost, in US dollars. */
export const UsDollars = z.number().min(0).max(MOST.usDollars);

/** US dollars per million tokens. */
export const TokenPrice = z.number().min(0).max(1e6);

/** How many tokens a text has. */
export const TokenCount = z.int().min(0).max(MOST.tokens);

/** Tokens that an LLM's context holds. */
export const ContextTokens = z.int().positive().max(MOST.tokens);

/** Parameters of an LLM, in billions. */
export const BillionParameters = z.number().positive().max(1e6);

/** Quality points given up per US cent, or per second. */
export const Weight = z.number().min(0).max(1000);

/** What may be spent, in US dollars, and how long may be waited, in milliseconds: bounds that an LLM is to keep. */
export const CostBound = z.number().positive().max(MOST.usDollars);
export const LatencyBound = z.number().positive().max(MOST.milliseconds);

/** How much of something is allowed a minute: once in two years at least. */
export const PerMinute = z.number().min(1e-6).max(1e12);
