import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/** Milliseconds since the Unix epoch; passed in, so that tests choose the time. */
export type Clock = () => number;

/** The time of day. Whoever sets the machine's clock moves it, back too: it says when things were, not how long ago. */
export const systemClock: Clock = () => Date.now();

/** How long a machine has been up: goes on evenly, whatever its clock is set to. */
export interface Uptime {
  /** Differs each time that the machine is started. */
  readonly boot: string;
  /** Milliseconds, the same for all processes of the machine. */
  ms(): number;
}

/** What `performance.now()` lacks to be the kernel's monotonic clock, which all processes share. */
const BEFORE = Number(process.hrtime.bigint()) / 1e6 - performance.now();

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Where there is none, ten minutes tell two starts apart. A clock that is set in between makes another id, too.
    return `${hostname()} ${Math.round((Date.now() / 1000 - uptime()) / 600)}`;
  }
}

export const systemUptime = (): Uptime => ({ boot: bootId(), ms: () => BEFORE + performance.now() });

/** How far another process may be ahead, in milliseconds; what is of a later time was kept by a wrong clock. */
export const AHEAD_MS = 5_000;

/** Whether a time that was kept cannot be: the clock that it was read from has been set back since. */
export const isAhead = (at: number, now: number): boolean => at > now + AHEAD_MS;
