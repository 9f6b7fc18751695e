/** Milliseconds. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Of disk and memory: the SI's. */
export const BYTES_PER_MEGABYTE = 1_000_000;
