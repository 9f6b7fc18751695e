/** Longest text of JSON that is put in order; a longer one is compared as it is. */
const MAX_CANONICAL_CHARS = 65_536;

/** About how long the JSON text of a value is, in characters, without making it. */
export function jsonChars(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 4;
  let chars = 2;
  if (Array.isArray(value)) for (const item of value) chars += jsonChars(item) + 1;
  else for (const name in value) chars += name.length + 4 + jsonChars((value as Record<string, unknown>)[name]);
  return chars;
}

/** A value of JSON with the names of each object in order. */
function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, ordered(one)]),
  );
}

/** JSON that is the same for the same value, however it was written; what is no JSON, or is very long, as it is. */
export function canonicalJson(text: string): string {
  if (text.length > MAX_CANONICAL_CHARS) return text;
  try {
    return JSON.stringify(ordered(JSON.parse(text)));
  } catch {
    return text;
  }
}
