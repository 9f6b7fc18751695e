import type { Rng } from '../../src/base/rng.js';
import type { Program } from '../service/process.js';
import type { Rows } from './rows.js';

/** What a phase works on. */
export interface World {
  data: string;
  /** Where the service listens now: it moves with each start. */
  url(): string;
  rows: Rows;
  /** A folder for files of the phase's own. */
  folder: string;
  /** Versions that can be put in force. */
  versions: readonly string[];
  rng: Rng;
  /** Number of the kill, from 1. */
  round: number;
}

/** What was found after a kill. */
export interface Found {
  /** Rows that were acknowledged, those of posts that were sent again among them. */
  acknowledged: number;
  lost: number;
  doubled: number;
  /** What else is not as it has to be. */
  faults: string[];
}

/** Work that goes on until it is killed. */
export interface Work {
  /** Milliseconds within which it is killed, from the first on. */
  within: readonly [number, number];
  /** A process that is killed, too, or alone. */
  program?: Program;
  /** Whether the service is killed. */
  killsService: boolean;
  /**
   * Called after the kill, with when that was, in milliseconds of `performance.now()`: the work ends, and nothing is in
   * flight when it resolves.
   */
  end(killedAt: number): Promise<void>;
  /** Called once the service runs again: looks at what is there, sends again what was not answered, and looks again. */
  settle(): Promise<Found>;
}

export interface Phase {
  name: string;
  /** How often it comes, beside the others. */
  share: number;
  begin(world: World): Promise<Work>;
}
