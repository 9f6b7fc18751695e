import type { PageCheck } from './check.js';

/** What is tried on each page, as people would. */
export const PAGE_CHECKS: readonly PageCheck[] = [];
