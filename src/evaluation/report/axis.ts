/** Round numbers from `low` to `high`, about five. */
export function ticks(low: number, high: number): number[] {
  const raw = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * (1 - 1e-9))!;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step + 1e-9) + 1 }, (_, i) =>
    Number((first + i * step).toPrecision(12)),
  );
}

/** Where values of an axis lie in pixels between `from` and `to`, with a little room at both ends. */
export interface Axis {
  ticks: number[];
  at(value: number): string;
}

export function axisOf(values: readonly number[], from: number, to: number): Axis {
  const [low, high] = values.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const room = (high - low || Math.abs(high) || 1) * 0.04;
  const [start, end] = [low - room, high + room];
  return {
    ticks: ticks(start, end),
    at: (value) => (from + ((value - start) / (end - start)) * (to - from)).toFixed(1),
  };
}
