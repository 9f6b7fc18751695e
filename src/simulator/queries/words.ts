import type { Rng } from '../../base/rng.js';

export const NAMES = [
  'Amara',
  'Bashir',
  'Chiara',
  'Dmitri',
  'Esther',
  'Farid',
  'Greta',
  'Hugo',
  'Ingrid',
  'Jamal',
  'Keiko',
  'Luca',
  'Mina',
  'Noor',
  'Olga',
  'Pablo',
  'Quentin',
  'Rosa',
  'Sven',
  'Tala',
  'Usman',
  'Vera',
  'Wren',
  'Ximena',
  'Yusuf',
  'Zadie',
] as const;
export const THINGS = [
  'apples',
  'marbles',
  'stickers',
  'notebooks',
  'seedlings',
  'candles',
  'postcards',
  'buttons',
  'tiles',
  'beads',
  'cookies',
  'batteries',
  'pencils',
  'shells',
  'coins',
  'jars of honey',
] as const;
export const CITIES = [
  'Lisbon',
  'Oslo',
  'Nairobi',
  'Kyoto',
  'Lima',
  'Winnipeg',
  'Tbilisi',
  'Cork',
  'Accra',
  'Hanoi',
  'Porto',
  'Leipzig',
  'Valencia',
  'Perth',
  'Bergen',
  'Tampere',
] as const;
export const COMPANIES = [
  'Northwind Foods',
  'Bluefin Logistics',
  'Harbor & Pine',
  'Solstice Energy',
  'Cobalt Instruments',
  'Meadowlark Health',
  'Juniper Rail',
  'Quarry Street Bank',
  'Tidewater Textiles',
  'Orchard Robotics',
] as const;
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[rng.int(items.length)]!;
}

/** `count` different items, in random order. */
export function pickSome<T>(rng: Rng, items: readonly T[], count: number): T[] {
  return rng.shuffle([...items]).slice(0, count);
}

/** Integer in [low, high]. */
export function between(rng: Rng, low: number, high: number): number {
  return low + rng.int(high - low + 1);
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
