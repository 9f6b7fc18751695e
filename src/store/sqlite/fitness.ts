import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isUnfit, type PointsmanError } from '../../base/errors.js';
import { translated } from './failures.js';
import type { Place } from './place.js';

/** Bytes that must be free again on a disk that was full before it counts as having room. */
const ROOM = 1024 * 1024;
/** Least time between two tries to write after one failed, in milliseconds. */
const TRY_EVERY_MS = 500;

/** Whether a ledger can be written, as its last reads and writes say. */
export interface Fitness {
  /** Notes an error that reading or writing threw; answers it as users are told of it. */
  failed(error: unknown): unknown;
  /** Notes that a write was committed. */
  written(): void;
  /**
   * Throws `ledger_gone`, `ledger_full`, `ledger_failed` or `ledger_damaged` while the ledger cannot be written.
   *
   * @param tryWrite writes a little; throws where that fails
   */
  check(tryWrite: () => void): void;
}

function hasRoom(file: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize >= ROOM;
  } catch {
    // The write itself will say.
    return true;
  }
}

export function createFitness(file: string, place: Place): Fitness {
  let failure: PointsmanError | null = null;
  let triedAt = -Infinity;

  function failed(error: unknown): unknown {
    const told = translated(file, error);
    // What is damaged stays so, whatever else fails or succeeds.
    if (isUnfit(told) && failure?.code !== 'ledger_damaged') failure = told;
    return told;
  }

  function written(): void {
    if (failure?.code !== 'ledger_damaged') failure = null;
  }

  /** Whether it is time to see if what failed would succeed now. */
  function isDue({ code }: PointsmanError): boolean {
    const now = performance.now();
    if (code === 'ledger_damaged' || now - triedAt < TRY_EVERY_MS) return false;
    triedAt = now;
    return code !== 'ledger_full' || hasRoom(file);
  }

  return {
    failed,
    written,
    check(tryWrite) {
      try {
        place.check();
      } catch (error) {
        throw failed(error);
      }
      if (failure?.code === 'ledger_gone') failure = null;
      if (failure === null) return;
      if (!isDue(failure)) throw failure;
      try {
        tryWrite();
      } catch (error) {
        // Another process that writes proves nothing of this one.
        throw isUnfit(error) ? error : failure;
      }
    },
  };
}
