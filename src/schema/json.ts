import { z } from 'zod';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Any value of JSON that nothing is computed from; how large it may be as a whole is the body's limit. */
export const AnyJson: z.ZodType<Json> = z
  .lazy(() =>
    z.union([
      z.string().max(1_000_000),
      z.number().min(-Number.MAX_VALUE).max(Number.MAX_VALUE),
      z.boolean(),
      z.null(),
      z.array(AnyJson).max(100_000),
      z.record(z.string().max(10_000), AnyJson),
    ]),
  )
  .meta({ id: 'AnyJson' });
