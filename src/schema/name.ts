import { z } from 'zod';

/** What people name things by that stand in paths. */
export const Name = z
  .string()
  .max(100)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'expected letters, digits, dots, dashes and underscores, the first a letter or digit',
  );
