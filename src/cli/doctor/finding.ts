import { messageOf } from '../../base/errors.js';

export const STATES = ['ok', 'warning', 'fault'] as const;
export type State = (typeof STATES)[number];

/** One thing that was looked at. */
export interface Finding {
  check: string;
  state: State;
  /** What it is, or what is wrong with it. */
  found: string;
  /** What to do about it; null where there is nothing. */
  remedy: string | null;
}

export const ok = (check: string, found: string): Finding => ({ check, state: 'ok', found, remedy: null });
export const warning = (check: string, found: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  found,
  remedy,
});
export const fault = (check: string, found: string, remedy: string): Finding => ({
  check,
  state: 'fault',
  found,
  remedy,
});

/** What a look says; where it fails, a fault. */
export async function looked(
  check: string,
  remedy: string,
  look: () => Finding | Finding[] | Promise<Finding | Finding[]>,
): Promise<Finding[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    return [fault(check, messageOf(error), remedy)];
  }
}
