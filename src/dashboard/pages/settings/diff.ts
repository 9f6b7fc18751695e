/** One field that a change touched. */
export interface Changed {
  field: string;
  /** As JSON; undefined where it was not there. */
  before: string | undefined;
  after: string | undefined;
}

/** The leaves of a value, by path. */
function leaves(value: unknown, path: string, found: Map<string, string>): Map<string, string> {
  const isOpen = typeof value === 'object' && value !== null;
  const entries = isOpen ? Object.entries(value) : [];
  if (entries.length === 0) {
    if (value !== undefined && (value !== null || path !== '')) found.set(path, JSON.stringify(value));
    return found;
  }
  for (const [key, inner] of entries)
    leaves(inner, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, found);
  return found;
}

/** What is not the same in two states, by field. */
export function changesOf(before: unknown, after: unknown): Changed[] {
  const [was, is] = [leaves(before, '', new Map()), leaves(after, '', new Map())];
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((field) => ({ field, before: was.get(field), after: is.get(field) }))
    .filter((change) => change.before !== change.after);
}
