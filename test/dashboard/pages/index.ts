import type { PageCheck } from './check.js';
import { DECISION_CHECKS } from './decisions.js';
import { TRY_CHECKS } from './try.js';

/** What is tried on each page, as people would. */
export const PAGE_CHECKS: readonly PageCheck[] = [...TRY_CHECKS, ...DECISION_CHECKS];
