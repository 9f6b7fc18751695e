import type { PageCheck } from './check.js';
import { MODEL_CHECKS } from './models.js';
import { TRAINING_CHECKS } from './training.js';

/** What is tried on each page, as people would. */
export const PAGE_CHECKS: readonly PageCheck[] = [...MODEL_CHECKS, ...TRAINING_CHECKS];
