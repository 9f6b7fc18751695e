/**
 * Characters that say nothing themselves but change how what is around them is shown: controls (escape sequences of
 * terminals begin with one), separators of lines and paragraphs, and those that turn the direction of writing.
 */
const CONTROLS = String.raw`\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069`;
const ANY = new RegExp(`[${CONTROLS}]`, 'u');
const EACH = new RegExp(`\\r\\n|[${CONTROLS}]`, 'gu');

/** Spaces stay spaces, and anything else can be seen to have been there. */
const replaced = (control: string): string => (/^\s|\u0085/.test(control) ? ' ' : '\uFFFD');

/** Whether a text has none of these characters. */
export const isPlain = (text: string): boolean => !ANY.test(text);

/** The text on one line: tabs and ends of lines are spaces, other controls U+FFFD, as are halves of surrogate pairs. */
export const oneLine = (text: string): string => text.toWellFormed().replace(EACH, replaced);

/** The same, but tabs stay, and so do the ends of lines, as `\n`. */
export const plainLines = (text: string): string =>
  text.toWellFormed().replace(EACH, (control) => {
    if (control === '\n' || control === '\t') return control;
    return control.startsWith('\r') ? '\n' : replaced(control);
  });

/** JSON that means the same, with these characters escaped that JSON leaves as they are; white space stays. */
export const plainJson = (json: string): string =>
  json.replace(EACH, (control) =>
    /^[\r\n\t]/.test(control) ? control : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
