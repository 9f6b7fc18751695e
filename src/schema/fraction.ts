import { z } from 'zod';

/** A score, a share or a chance: a number in [0, 1]. */
export const Fraction = z.number().min(0).max(1);
