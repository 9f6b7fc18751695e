const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DURATION = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|h)\s*$/;

/** Milliseconds of a duration such as `1.2s`, `850ms` or `2m`; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = DURATION.exec(text) ?? [];
  return number === undefined ? undefined : rounded(Number(number) * UNITS[unit!]!);
}

/** A duration in words that {@link parseDuration} reads: `1.2s` of 1200 ms. */
export const formatDuration = (ms: number): string =>
  ms < 1000 ? `${plainNumber(rounded(ms))}ms` : `${plainNumber(rounded(ms / 1000))}s`;

/** A number without an exponent. */
const plainNumber = (x: number): string =>
  x !== 0 && x < 1e-6
    ? x.toFixed(20).replace(/0+$/, '')
    : x.toLocaleString('en', { useGrouping: false, maximumFractionDigits: 20 });

/** Without what floating point adds in the last digits. */
export const rounded = (x: number): number => Number(x.toPrecision(12));
