import { invalid } from './source.js';

/** Longest line, in bytes: room for the longest query, every character escaped, and many scores. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Some whole lines of a file, without their line ends; `first` is the number of the first one, from 1. */
export interface LineBlock {
  first: number;
  lines: string[];
}

/**
 * Cuts content into blocks of whole lines. Throws `invalid_file` naming the line that is too long or not UTF-8.
 *
 * @param onBroken told of lines that are not UTF-8, which are blank then
 */
export async function* splitLines(
  path: string,
  content: AsyncIterable<Buffer>,
  onBroken?: (line: { where: string; message: string }) => void,
): AsyncGenerator<LineBlock> {
  let rest: Buffer = Buffer.alloc(0);
  let first = 1;
  for await (const chunk of content) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      rest = Buffer.concat([rest, chunk]);
      if (rest.length > MAX_LINE_BYTES)
        throw invalid(path, `line ${first}: expected at most ${MAX_LINE_BYTES} bytes, got more`);
      continue;
    }
    const lines = decodeLines(path, Buffer.concat([rest, chunk.subarray(0, end)]), first, onBroken);
    yield { first, lines };
    first += lines.length;
    rest = Buffer.from(chunk.subarray(end + 1));
  }
  if (rest.length > 0) yield { first, lines: decodeLines(path, rest, first, onBroken) };
}

function decodeLines(
  path: string,
  bytes: Buffer,
  first: number,
  onBroken: ((line: { where: string; message: string }) => void) | undefined,
): string[] {
  const text = decode(bytes);
  if (text !== undefined) return text.split('\n');
  const lines: string[] = [];
  for (let start = 0; start <= bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start);
    const stop = end < 0 ? bytes.length : end;
    const line = decode(bytes.subarray(start, stop));
    if (line === undefined) {
      const broken = invalid(path, `line ${first + lines.length}: expected UTF-8 text, got other bytes`);
      if (onBroken === undefined) throw broken;
      onBroken({ where: `${path}, line ${first + lines.length}`, message: broken.message });
    }
    lines.push(line ?? '');
    start = stop + 1;
  }
  return lines;
}

/**
 * Undefined when the bytes are not UTF-8. A byte-order mark is taken off.
 *
 * @param isCut whether they may end in the middle of a character, which is left out then
 */
export function decode(bytes: Uint8Array, isCut = false): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}
