import { isDeepStrictEqual } from 'node:util';
import type { ExperimentBody } from '../schema/experiment.js';

/** Fields that may change while an experiment runs: none of them says who decides, or for whom. */
const FREE: ReadonlySet<string> = new Set(['description', 'until', 'margins', 'promote', 'stop', 'ask']);

/** Fields of an experiment that runs which another body changes, though its results rest on them. */
export function fixedFieldsChanged(before: ExperimentBody, after: ExperimentBody): string[] {
  const [a, b]: Record<string, unknown>[] = [{ ...before }, { ...after }];
  return [...new Set([...Object.keys(a!), ...Object.keys(b!)])].filter(
    (field) => !FREE.has(field) && !isDeepStrictEqual(a![field], b![field]),
  );
}
