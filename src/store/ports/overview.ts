import type { AnswerSums } from '../../machines/answer-sums.js';
import type { SlotRow } from '../../machines/day-sums.js';

/** What is read: `[from, to)` in milliseconds since the epoch, both multiples of the step. */
export interface OverviewSpan {
  from: number;
  to: number;
  /**
   * In milliseconds: a multiple of two minutes for the last hours, of twenty for a day, of hours for two weeks, or of
   * days.
   */
  step: number;
}

/** Sums over the answers of one LLM from `at` on, for as long as a step is. */
export interface AnswerRow extends AnswerSums {
  at: number;
  model: string;
}

/** What was decided, and what came of it, summed by time and LLM: cheap to read, however much there was. */
export interface OverviewStore {
  read(span: OverviewSpan): Promise<{ decisions: SlotRow[]; answers: AnswerRow[] }>;
}
