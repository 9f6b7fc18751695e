const LOCALE = 'en';
const DASH = '–';

const short = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const quality = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' });
const dayOfYear = new Intl.DateTimeFormat(LOCALE, { month: 'short', day: 'numeric' });
const timeOfDay = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const DAY_S = 86_400;
const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: 'auto' });

type Maybe = number | null | undefined;
const isMissing = (value: Maybe): value is null | undefined =>
  value === null || value === undefined || Number.isNaN(value);

/** `1,234`. */
export const count = (value: Maybe): string => (isMissing(value) ? DASH : whole.format(value));
/** `1.2K`. */
export const compact = (value: Maybe): string => (isMissing(value) ? DASH : short.format(value));
/** A score in [0, 1]: `0.713`. */
export const score = (value: Maybe): string => (isMissing(value) ? DASH : quality.format(value));

/** A share: `12%`, `0.4%`. */
export function percent(value: Maybe): string {
  if (isMissing(value)) return DASH;
  const hundredths = value * 100;
  return `${Math.abs(hundredths) < 10 && hundredths !== 0 ? hundredths.toFixed(1) : Math.round(hundredths)}%`;
}

/** US dollars, small ones with the digits that tell them apart: `$12.40`, `$0.00021`. */
export function usd(value: Maybe): string {
  if (isMissing(value)) return DASH;
  const size = Math.abs(value);
  if (size === 0) return '$0';
  const sign = value < 0 ? '−' : '';
  if (size >= 1000) return `${sign}$${short.format(size)}`;
  if (size >= 1) return `${sign}$${size.toFixed(2)}`;
  return `${sign}$${Number(size.toPrecision(2)).toFixed(Math.min(9, Math.max(2, 1 - Math.floor(Math.log10(size)))))}`;
}

/** A duration in milliseconds: `240 ms`, `3.1 s`, `2 min`. */
export function duration(ms: Maybe): string {
  if (isMissing(ms)) return DASH;
  if (ms === 0) return '0 ms';
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 86_400_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** A time, in the browser's zone. */
export const time = (at: string | number | null | undefined): string =>
  at === null || at === undefined ? DASH : moment.format(new Date(at));

/** How long ago a time is: `3 minutes ago`. */
export function ago(at: string | number | null | undefined): string {
  if (at === null || at === undefined) return DASH;
  const seconds = (new Date(at).getTime() - Date.now()) / 1000;
  const size = Math.abs(seconds);
  if (size < 60) return relative.format(Math.round(seconds), 'second');
  if (size < 3600) return relative.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}

/** The first part of a long id. */
export const shortId = (id: string): string => (id.length <= 13 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`);

/** A time in seconds on an axis, lines `apart` seconds apart: `14:00`, and where a day begins, the day: `Nov 23`. */
export function onAxis(seconds: number, apart: number): string {
  const date = new Date(seconds * 1000);
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  return (apart >= DAY_S || isMidnight ? dayOfYear : timeOfDay).format(date);
}
