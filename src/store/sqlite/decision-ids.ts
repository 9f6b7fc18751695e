/** Where ids of the time `at` begin, in milliseconds: they are UUIDs of version 7, which sort by time. */
export function idAt(at: number): string {
  const hex = Math.max(0, at).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
