import type { components } from './openapi.js';

/** The shapes that the API takes and answers, by name. */
export type Schemas = components['schemas'];
