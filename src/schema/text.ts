import { z } from 'zod';
import { oneLine, plainLines } from '../base/plain-text.js';

/**
 * A caller's own words of at most `max` characters, such as what a provider said of a failure. It goes to logs, tables
 * and terminals: controls in it are replaced, since what providers say often has some.
 */
export const FreeText = (max: number) => z.string().min(1).max(max).overwrite(oneLine);

/** The same of several lines; may be empty. */
export const FreeLines = (max: number) => z.string().max(max).overwrite(plainLines);

/** What is searched for. */
export const SearchText = z.string().min(1).max(200);
