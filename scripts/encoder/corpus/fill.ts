import type { Rng } from '../../../src/base/rng.js';

export const pick = <T>(items: readonly T[], rng: Rng): T => items[rng.int(items.length)]!;

/**
 * `template` with each `{name}` replaced by what `parts[name]` makes, another each time, and each `«a|b»` by one of
 * its choices.
 */
export function fill(template: string, parts: Record<string, () => string>, rng: Rng): string {
  const chosen = template.replaceAll(/«([^»]*)»/g, (_, choices: string) => pick(choices.split('|'), rng));
  return chosen.replaceAll(/\{(\w+)\}/g, (_, name: string) => parts[name]!());
}
