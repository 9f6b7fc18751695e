/** Name of the router that reads a learned profile. */
export const LEARNED_ROUTER = 'learned';
