import { PointsmanError } from '../../base/errors.js';

/** Deepest nesting of a body: what reads, stores and answers it goes down a level at a time. */
export const MAX_DEPTH = 100;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
/** `{` and `}`; with {@link CASE}, `[` and `]` too. */
const [OPENING, CLOSING] = [0x7b, 0x7d];
/** The one bit by which square brackets differ from braces. */
const CASE = 0x20;

function refused(expected: string): PointsmanError {
  return new PointsmanError('invalid_request', `The body: expected ${expected}, got more`, {
    issues: [{ field: '', expected, received: 'more' }],
  });
}

const tooDeep = (): PointsmanError => refused(`at most ${MAX_DEPTH} levels of lists and objects`);

/** Throws `invalid_request` for a JSON text nested more than {@link MAX_DEPTH} deep: to parse it would take long. */
export function checkDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      while (++at < text.length && text.charCodeAt(at) !== QUOTE) if (text.charCodeAt(at) === BACKSLASH) at++;
    } else if ((char | CASE) === OPENING) {
      if (++depth > MAX_DEPTH) throw tooDeep();
    } else if ((char | CASE) === CLOSING) depth--;
  }
}

/**
 * Throws `invalid_request` for a value that is nested more than {@link MAX_DEPTH} deep, or unfolds to more than `most`
 * values: what stands in several places counts in each, so that nothing that contains itself comes through.
 */
export function checkUnfolded(body: unknown, most: number): void {
  let count = 0;
  function check(value: unknown, depth: number): void {
    if (++count > most) throw refused(`at most ${most} values, aliases followed`);
    if (typeof value !== 'object' || value === null) return;
    if (depth === MAX_DEPTH) throw tooDeep();
    for (const part of Object.values(value)) check(part, depth + 1);
  }
  check(body, 0);
}
