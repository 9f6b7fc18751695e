import { z } from 'zod';

/** What becomes of LLMs that nobody declared, and how many LLMs there may be. */
export const CatalogSettings = z
  .strictObject({
    register_unknown: z
      .enum(['candidate', 'known', 'refuse'])
      .default('known')
      .describe(
        'What becomes of an LLM that posted feedback names and nobody declared: `candidate`, it may be chosen at ' +
          'once; `known`, what is said of it is kept, and it may be chosen once it is declared; `refuse`, such ' +
          'feedback is answered with `unknown_model`. What is imported by the command line is always a candidate',
      ),
    max_models: z
      .int()
      .min(1)
      .max(100_000)
      .default(1000)
      .describe('Most LLMs that may be chosen, and most beside them that nobody declared'),
  })
  .meta({
    id: 'CatalogSettings',
    description: 'What becomes of LLMs that nobody declared, and how many LLMs there may be',
  });
export type CatalogSettings = z.infer<typeof CatalogSettings>;
export const DEFAULT_CATALOG_SETTINGS: CatalogSettings = CatalogSettings.parse({});
