import type { ReportSection } from '../../schema/evaluation.js';

/** A section's name; `seconds` is what measuring it took, filled in by who asks for it. */
export type Measured = Omit<ReportSection, 'seconds'>;

export const empty = (id: string, title: string): Measured => ({ id, title, notes: [], tables: [], plots: [] });

/** The section with the reason why there is nothing in it. */
export const leftOut = (section: Measured, why: string): Measured => ({ ...section, notes: [`Left out: ${why}`] });

/** A figure, or null where it can't be measured. */
export const figure = (x: number): number | null => (Number.isFinite(x) ? x : null);
