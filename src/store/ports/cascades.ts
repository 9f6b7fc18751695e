import type { StepReport } from '../../schema/cascade.js';
import type { CallReport } from '../../schema/health.js';

/** A step to append. */
export interface CascadeStepRecord {
  /** Id of the cascade's decision. */
  decision: string;
  /** How many steps the caller knows of, which is the position of this one. */
  position: number;
  report: StepReport;
  /** Counts in the breaker of its LLM, in the same write; passed over where the catalogue has no such LLM. */
  call: CallReport | null;
}

/** How the steps of cascades went. */
export interface CascadeStore {
  /** The steps of a cascade, in order. */
  steps(decision: string): Promise<StepReport[]>;
  /**
   * Appends a step where the cascade has exactly `position` of them. False where another was appended meanwhile:
   * nothing is written then, and the caller reads and decides again. Throws `ledger_busy`.
   */
  append(step: CascadeStepRecord): Promise<boolean>;
}
