import type { PageCheck } from './check.js';
import { DECISION_CHECKS } from './decisions.js';
import { GRAPH_CHECKS } from './graph.js';
import { HEALTH_CHECKS } from './health.js';
import { MAP_CHECKS } from './map.js';
import { MODEL_CHECKS } from './models.js';
import { OVERVIEW_CHECKS } from './overview.js';
import { POLICIES_CHECKS } from './policies.js';
import { SETTINGS_CHECKS } from './settings.js';
import { TRAINING_CHECKS } from './training.js';
import { TRY_CHECKS } from './try.js';

/** What is tried on each page, as people would. */
export const PAGE_CHECKS: readonly PageCheck[] = [
  ...DECISION_CHECKS,
  ...GRAPH_CHECKS,
  ...HEALTH_CHECKS,
  ...MAP_CHECKS,
  ...MODEL_CHECKS,
  ...OVERVIEW_CHECKS,
  ...POLICIES_CHECKS,
  ...SETTINGS_CHECKS,
  ...TRAINING_CHECKS,
  ...TRY_CHECKS,
];
