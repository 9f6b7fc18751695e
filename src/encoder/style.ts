import { isDigit, isLower, isSpace, isUpper, withoutFinalMarks } from './characters.js';

/** A to H: what choices are lettered with. */
const isChoice = (c: number): boolean => c >= 65 && c <= 72;

/** How many style features there are. */
export const STYLE = 16;

/**
 * Features that n-grams miss, each in [−1, 1]: length, how much of the text is digits, capitals, symbols,
 * line breaks, mathematics, code, choices, other scripts. Written to `out[offset, offset + 16)`, times `scale`.
 * `steady` ones hardly change when the text is put in another case, or a mark at its end is left out.
 */
export function writeStyle(text: string, out: Float32Array, offset: number, scale: number, steady: boolean): void {
  let digits = 0;
  let upper = 0;
  let symbols = 0;
  let lines = 0;
  let words = 0;
  let foreign = 0;
  let questions = 0;
  let dollars = 0;
  let choices = 0;
  let inWord = false;
  const end = steady ? withoutFinalMarks(text) : text.length;
  for (let i = 0; i < end; i++) {
    const c = text.charCodeAt(i);
    const space = isSpace(c);
    if (!space && !inWord) words++;
    inWord = !space;
    if (c === 10) lines++;
    else if (isDigit(c)) digits++;
    else if (isUpper(c)) upper++;
    else if (c > 127) foreign++;
    else if (c === 63) questions++;
    else if (c === 36 || c === 92) dollars++;
    if (!space && c < 128 && !isDigit(c) && !isUpper(c) && !isLower(c)) symbols++;
    if (isChoice(steady && isLower(c) ? c - 32 : c)) {
      const next = text.charCodeAt(i + 1);
      if (
        (next === 46 || next === 41 || next === 58) &&
        (i === 0 || isSpace(text.charCodeAt(i - 1)) || text.charCodeAt(i - 1) === 40)
      )
        choices++;
    }
  }
  const n = Math.max(1, end);
  const squash = (x: number): number => Math.tanh(x);
  const values = [
    squash((Math.log(n) - 5) / 1.5),
    squash((Math.log(words + 1) - 3.2) / 1.5),
    squash((10 * digits) / n),
    steady ? 0.15 * squash((30 * upper) / n) : squash((8 * upper) / n),
    squash((8 * symbols) / n),
    squash(lines / 5),
    squash((10 * foreign) / n),
    (steady ? 0.5 : 1) * squash(questions / 2),
    squash(dollars / 4),
    squash(choices / 3),
    squash((n / Math.max(1, words) - 5.5) / 1.5),
    text.trimEnd().endsWith('?') ? (steady ? 0.15 : 1) : 0,
    /\b(?:def|function|return|class|import|assert|python|code)\b/i.test(text) ? 1 : 0,
    /\b(?:translate|summar|rewrite|write)/i.test(text) ? 1 : 0,
    /\b(?:how many|how much|calculate|compute|solve|find the)\b/i.test(text) ? 1 : 0,
    /\b(?:who|when|where|which|what)\b/i.test(text) ? 1 : 0,
  ];
  for (let k = 0; k < STYLE; k++) out[offset + k] = values[k]! * scale;
}
