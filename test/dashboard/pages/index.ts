import type { PageCheck } from './check.js';
import { HEALTH_CHECKS } from './health.js';
import { OVERVIEW_CHECKS } from './overview.js';

/** What is tried on each page, as people would. */
export const PAGE_CHECKS: readonly PageCheck[] = [...OVERVIEW_CHECKS, ...HEALTH_CHECKS];
