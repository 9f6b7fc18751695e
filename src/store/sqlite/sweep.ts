import type { RetentionSettings } from '../../schema/retention.js';

/** Rows that one transaction removes at most: routing in the same process waits for it. */
export const REMOVED_AT_ONCE = 150;
/** Pause from the end of a pass over a table to the next, in milliseconds. */
export const PASS_PAUSE_MS = 3_600_000;

/** One thing that is removed in bounded parts. */
export interface Sweep {
  /** Whether there is anything to do: a cheap read. */
  due(settings: RetentionSettings, now: number): boolean;
  /** Removes one part, inside a write transaction; answers whether there may be more. */
  run(settings: RetentionSettings, now: number): boolean;
}
