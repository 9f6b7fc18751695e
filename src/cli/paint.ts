import { randomUUID } from 'node:crypto';

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
/** How a text looks on a terminal. */
export type Style = keyof typeof CODES;

/** Stands before the style's number in a text that is not printed yet: no text of callers can know it. */
const MARK = `\uE000${randomUUID()}:`;
const MARKED = new RegExp(`${MARK}(\\d+);`, 'g');

const isOff = (text: string): boolean => text === '0' || text.toLowerCase() === 'false';

/**
 * Whether what is written to a stream is coloured: not where `NO_COLOR` is set; where `FORCE_COLOR` is, or a terminal
 * reads along that can.
 */
export function isColoured(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  const { NO_COLOR: none = '', FORCE_COLOR: forced, TERM: terminal } = env;
  if (none !== '') return false;
  if (forced !== undefined) return !isOff(forced);
  return stream.isTTY === true && terminal !== 'dumb';
}

/** A text in a style, to be printed by {@link painted}; as it is where standard output is not coloured. */
export const paint = (style: Style, text: string): string =>
  text === '' || !isColoured(process.stdout) ? text : `${MARK}${CODES[style]};${text}${MARK}0;`;

/** A text with its styles as a terminal reads them. */
export const painted = (text: string): string => text.replaceAll(MARKED, '\u001b[$1m');

/** A text without its styles. */
export const unpainted = (text: string): string => text.replaceAll(MARKED, '');

/** A text for standard error, in a style where that is coloured. Controls in it are to be taken out before. */
export const paintedError = (style: Style, text: string): string =>
  isColoured(process.stderr) ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;

/** A title in a command's help, which commander leaves plain where that is not coloured. */
export const helpTitle = (title: string): string => `\u001b[1m${title}\u001b[0m`;

/** Words that tables say of what is as it should be, of what needs a look, and of what is not. */
const GOOD = new Set(['ok', 'closed', 'completed', 'in force', 'accepted', 'promoted', 'better', 'valid', 'same']);
const SO_SO = new Set(['warning', 'waiting', 'active', 'half-open', 'half_open', 'paused', 'likely', 'missing']);
const BAD = new Set(['fault', 'open', 'failed', 'rejected', 'rolled_back', 'error']);

/** A state as it looks on a terminal, by its word: the first one where there are more. */
export function paintState(state: string): string {
  const word = GOOD.has(state) || BAD.has(state) || SO_SO.has(state) ? state : (state.split(/[\s,]/, 1)[0] ?? '');
  if (GOOD.has(word)) return paint('green', state);
  if (SO_SO.has(word)) return paint('yellow', state);
  return BAD.has(word) ? paint('red', state) : state;
}
