import type { PageCheck } from './check.js';
import { POLICIES_CHECKS } from './policies.js';
import { SETTINGS_CHECKS } from './settings.js';

/** What is tried on each page, as people would. */
export const PAGE_CHECKS: readonly PageCheck[] = [...POLICIES_CHECKS, ...SETTINGS_CHECKS];
