import { sha256 } from '../base/hash.js';
import type { JudgeSettings } from '../schema/judge.js';

export type JudgeMode = JudgeSettings['mode'];

/** Names how answers are graded: what one judge says by one mode and rubric can be compared. 16 hexadecimal digits. */
export const formOf = (mode: JudgeMode, rubric: string): string => sha256(`${mode}\n${rubric}`).slice(0, 16);
