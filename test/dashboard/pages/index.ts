import type { PageCheck } from './check.js';
import { GRAPH_CHECKS } from './graph.js';
import { MAP_CHECKS } from './map.js';

/** What is tried on each page, as people would. */
export const PAGE_CHECKS: readonly PageCheck[] = [...GRAPH_CHECKS, ...MAP_CHECKS];
