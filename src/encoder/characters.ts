/** Kinds of characters, by UTF-16 code unit. */

export const isSpace = (c: number): boolean => c === 32 || (c >= 9 && c <= 13) || c === 0xa0 || c === 0x3000;

export const isDigit = (c: number): boolean => c >= 48 && c <= 57;

export const isUpper = (c: number): boolean => c >= 65 && c <= 90;

export const isLower = (c: number): boolean => c >= 97 && c <= 122;

/** Scripts without spaces between words: each character is a word of its own. */
const isIdeograph = (c: number): boolean =>
  (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3);

/** A letter of lower-case text, of any script that puts spaces between words. */
export const isLetter = (c: number): boolean =>
  isLower(c) || (c > 127 && !isIdeograph(c) && !isSpace(c) && !(c >= 0x2000 && c <= 0x206f));

/** Full stop, question mark, exclamation mark, colon. */
const isFinalMark = (c: number): boolean => c === 46 || c === 63 || c === 33 || c === 58;

/** Where a text ends without the spaces and marks at its end, which are left out as often as not. */
export function withoutFinalMarks(text: string): number {
  let end = text.length;
  while (end > 0 && (isSpace(text.charCodeAt(end - 1)) || isFinalMark(text.charCodeAt(end - 1)))) end--;
  return end;
}
