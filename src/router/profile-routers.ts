import { bipartite } from './graph/index.js';
import { mlp } from './mlp/index.js';
import { similarity } from './similarity.js';
import type { ProfileRouter } from './types.js';

/** Every way to route by profiles, as in RouteProfile's table 1. */
export const PROFILE_ROUTERS: readonly ProfileRouter[] = [similarity, mlp, bipartite];
