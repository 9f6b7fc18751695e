/** From this fraction on, what is left is told by what was done alone; before, by the estimate more and more. */
const KNOWN_FROM = 0.1;
const MINUTE_MS = 60_000;

/** A time in words. */
export const inWords = (ms: number): string => {
  if (ms < MINUTE_MS) return 'under a minute';
  if (ms < 90 * MINUTE_MS) return `about ${Math.round(ms / MINUTE_MS)} min`;
  return `about ${(ms / 60 / MINUTE_MS).toFixed(1)} h`;
};

/** Tells how long it will take yet. */
export function createTimeLeft(): { estimate(ms: number): void; left(fraction: number): string } {
  const started = performance.now();
  let estimated: { at: number; whole: number } | undefined;
  return {
    estimate(ms) {
      estimated = { at: performance.now(), whole: ms };
    },
    left(fraction) {
      if (estimated === undefined || fraction <= 0 || fraction >= 1) return '';
      const now = performance.now();
      const byEstimate = Math.max(0, estimated.at + estimated.whole - now);
      const bySpeed = ((now - started) * (1 - fraction)) / fraction;
      const trust = Math.min(1, fraction / KNOWN_FROM);
      return `, ${inWords((1 - trust) * byEstimate + trust * bySpeed)} left`;
    },
  };
}
