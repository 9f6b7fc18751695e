/** Where a text stops being JSON. */
export interface JsonFault {
  /** 0-based character. */
  position: number;
  /** 1-based. */
  line: number;
  /** 1-based. */
  column: number;
}

const [QUOTE, BACKSLASH, SPACE_CODE] = [0x22, 0x5c, 0x20];
const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What comes after a backslash. */
const ESCAPE = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y;

/** End of the match of a sticky pattern at `from`; −1 where it does not match. */
function match(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** End of the string literal that begins at `from`, or the fault in it, negated and less one. */
function skipString(text: string, from: number): number {
  for (let at = from + 1; ; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at + 1;
    if (char === BACKSLASH) {
      const after = match(ESCAPE, text, at + 1);
      if (after < 0) return -at - 1;
      at = after - 1;
    } else if (!(char >= SPACE_CODE)) return -at - 1;
  }
}

/**
 * Position of the first character that can't be there; `text.length` where the text ends too early; −1 for valid JSON.
 */
function faultPosition(text: string): number {
  /** Closing brackets that are still to come. */
  const open: string[] = [];
  let at = 0;
  let expects: 'value' | 'value or ]' | 'key' | 'key or }' | 'end' = 'value';
  for (;;) {
    at = match(SPACE, text, at);
    const char = text[at];
    if (expects === 'end') {
      const closing = open.at(-1);
      if (closing === undefined) return char === undefined ? -1 : at;
      if (char === closing) open.pop();
      else if (char === ',') expects = closing === '}' ? 'key' : 'value';
      else return at;
      at++;
    } else if ((expects === 'value or ]' && char === ']') || (expects === 'key or }' && char === '}')) {
      open.pop();
      expects = 'end';
      at++;
    } else if (expects === 'key' || expects === 'key or }') {
      if (char !== '"') return at;
      const after = skipString(text, at);
      if (after < 0) return -after - 1;
      at = match(SPACE, text, after);
      if (text[at] !== ':') return at;
      expects = 'value';
      at++;
    } else if (char === '{' || char === '[') {
      open.push(char === '{' ? '}' : ']');
      expects = char === '{' ? 'key or }' : 'value or ]';
      at++;
    } else {
      const after = char === '"' ? skipString(text, at) : match(SCALAR, text, at);
      if (after < 0) return char === '"' ? -after - 1 : at;
      at = after;
      expects = 'end';
    }
  }
}

/**
 * Where `text` stops being JSON (RFC 8259); undefined for valid JSON. JSON.parse itself gives a position for
 * some faults only, and says it differently from one version of Node to the next.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const position = faultPosition(text);
  if (position < 0) return undefined;
  const before = text.slice(0, position);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let i = before.indexOf('\n'); i >= 0; i = before.indexOf('\n', i + 1)) line++;
  return { position, line, column: position - lineStart + 1 };
}
