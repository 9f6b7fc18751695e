import { candidatesIn } from '../machines/experiment-arms.js';
import type { ExperimentBody } from '../schema/experiment.js';
import { DEFAULT_POLICY } from './named.js';

/** The policy whose queries take part in an experiment; null for those of all. */
export function triedPolicy(body: ExperimentBody): string | null {
  if (body.of !== undefined) return body.of;
  return candidatesIn(body).some(({ policy }) => policy !== undefined) ? DEFAULT_POLICY : null;
}
