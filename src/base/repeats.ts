import type { Clock } from './clock.js';

export interface RepeatsSettings<T> {
  clock: Clock;
  /** How long repeats are counted, from the first on, in milliseconds; a minute unless given. */
  periodMs?: number;
  /** Most kinds that are counted at a time; 1000 unless given. The oldest gives way. */
  kinds?: number;
  /** Called at the end of a period in which there were repeats: with what the first left, and how many they were. */
  repeated(left: T, times: number): void;
}

/** Tells things of one kind apart from their repeats, for a log that is not flooded by them. */
export interface Repeats<T> {
  /** Calls `first` unless one of this kind came within the period; answers what the first left. */
  note(kind: string, first: () => T): T;
  /** Ends the periods that are over; done by itself, too. */
  sweep(): void;
}

/** Counts repeats: the first of a kind is told at once, and those that follow it once a period, by their number. */
export function createRepeats<T>({ clock, periodMs = 60_000, kinds = 1000, repeated }: RepeatsSettings<T>): Repeats<T> {
  interface Period {
    left: T;
    times: number;
    ends: number;
  }
  /** In the order of their ends. */
  const periods = new Map<string, Period>();
  let timer: NodeJS.Timeout | undefined;

  function end(kind: string, { left, times }: Period): void {
    periods.delete(kind);
    if (times > 0) repeated(left, times);
  }

  function begin(kind: string, left: T, now: number): void {
    const [oldest] = periods;
    if (oldest !== undefined && periods.size >= kinds) end(...oldest);
    periods.set(kind, { left, times: 0, ends: now + periodMs });
    timer ??= setInterval(sweep, periodMs).unref();
  }

  function sweepAt(now: number): void {
    for (const [kind, period] of periods) {
      // What the clock was set back by must not keep it.
      if (period.ends > now && period.ends <= now + periodMs) break;
      end(kind, period);
      // What goes on is told of once a period.
      if (period.times > 0) begin(kind, period.left, now);
    }
    if (periods.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  const sweep = (): void => sweepAt(clock());

  return {
    note(kind, first) {
      const now = clock();
      sweepAt(now);
      const period = periods.get(kind);
      if (period !== undefined) {
        period.times++;
        return period.left;
      }
      const left = first();
      begin(kind, left, now);
      return left;
    },
    sweep,
  };
}
