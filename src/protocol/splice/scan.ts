export const BACKSLASH = 92;
const SPACE = 32;
export const QUOTE = 34;
export const COMMA = 44;
export const BRACE = 123;
const CLOSING_BRACE = 125;
const BRACKET = 91;
const CLOSING_BRACKET = 93;

/** Where the white space at `at` ends. */
export function skipBlank(text: string, at: number): number {
  let end = at;
  while (end < text.length && text.charCodeAt(end) <= SPACE) end++;
  return end;
}

/** Where the string ends whose opening quote is at `at`: behind its closing quote. */
export function skipString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end + 1;
  }
  return text.length;
}

/** Where the object or list ends whose bracket is at `at`. */
function skipNested(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      i = skipString(text, i);
      continue;
    }
    i++;
    if (code === BRACE || code === BRACKET) depth++;
    else if ((code === CLOSING_BRACE || code === CLOSING_BRACKET) && --depth === 0) return i;
  }
  return text.length;
}

/** Where the value of JSON ends that begins at `at`. */
export function skipValue(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === QUOTE) return skipString(text, at);
  if (code === BRACE || code === BRACKET) return skipNested(text, at);
  for (let end = at; end < text.length; end++) {
    const c = text.charCodeAt(end);
    if (c === COMMA || c === CLOSING_BRACE || c === CLOSING_BRACKET || c <= SPACE) return end;
  }
  return text.length;
}
