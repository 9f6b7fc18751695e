import type { Rng } from '../../src/base/rng.js';
import { NASTY_NUMBERS, NASTY_TEXTS, nastyValue, oneOf } from './nasty.js';

/** A place within a value. */
interface Place {
  holder: Record<string | number, unknown>;
  key: string | number;
}

function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  const holder = value as Place['holder'];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) {
    found.push({ holder, key });
    placesIn(holder[key], found);
  }
  return found;
}

function changedText(text: string, rng: Rng): string {
  // An address that is changed may be somebody's.
  if (text.startsWith('http')) return oneOf(rng, ['', 'http:', 'file:///etc/passwd', 'http://127.0.0.1:1/\u0000']);
  const at = rng.int(text.length + 1);
  return oneOf(rng, [
    oneOf(rng, NASTY_TEXTS),
    text.slice(0, at) + oneOf(rng, ['\u0000', '\ud83d', '\n', '/', '%', '"', '\u2028']) + text.slice(at),
    text.repeat(50),
    text.toUpperCase(),
    ` ${text} `,
  ]);
}

function changedNumber(value: number, rng: Rng): number {
  return oneOf(rng, [value + 1, value - 1, -value, value * 1e6, value / 3, oneOf(rng, NASTY_NUMBERS)]);
}

function changed(value: unknown, rng: Rng): unknown {
  if (rng.next() < 0.3) return nastyValue(rng);
  if (typeof value === 'string') return changedText(value, rng);
  if (typeof value === 'number') return changedNumber(value, rng);
  if (typeof value === 'boolean') return oneOf<unknown>(rng, [!value, String(value), Number(value)]);
  if (Array.isArray(value))
    return oneOf(rng, [[], [...value, ...value], [...value, nastyValue(rng)], { ...value }, [value]]);
  if (typeof value === 'object' && value !== null) return { ...value, [oneOf(rng, NASTY_TEXTS)]: nastyValue(rng) };
  return nastyValue(rng);
}

/** A value that is nearly the same: of another type, length, bound or with more or less in it, at one place. */
export function mutated(value: unknown, rng: Rng): unknown {
  if (rng.next() < 0.1) return changed(value, rng);
  const copy = structuredClone(value);
  const places = placesIn(copy);
  if (places.length === 0) return changed(value, rng);
  const { holder, key } = oneOf(rng, places);
  if (rng.next() < 0.15 && !Array.isArray(holder)) delete holder[key];
  else if (rng.next() < 0.1 && !Array.isArray(holder)) holder[oneOf(rng, NASTY_TEXTS)] = nastyValue(rng);
  else holder[key] = changed(holder[key], rng);
  return copy;
}
