import { parseAllDocuments } from 'yaml';
import { messageOf } from '../base/errors.js';
import { decode } from './lines.js';
import { invalid, readContent, type Source } from './source.js';

/** Largest JSON or YAML document, in bytes: it is parsed as a whole. Interactions come as JSON Lines, of any size. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** More would let a small file unfold into a huge one. */
const MAX_YAML_ALIASES = 100;

/**
 * Reads a whole file as JSON (when it begins as JSON does) or YAML. Throws `invalid_file` with the line where it
 * breaks.
 */
export async function readDocument(source: Source, bytes: number, onBytes: (bytes: number) => void): Promise<unknown> {
  if (bytes > MAX_DOCUMENT_BYTES)
    throw invalid(
      source.path,
      `expected JSON Lines (one JSON object a line) or a document of at most ${MAX_DOCUMENT_BYTES} bytes, got ` +
        `a document of ${bytes} bytes`,
    );
  const chunks: Buffer[] = [];
  for await (const chunk of readContent(source, onBytes)) chunks.push(chunk);
  const text = decode(Buffer.concat(chunks));
  if (text === undefined) throw invalid(source.path, 'expected UTF-8 text, got other bytes');
  return /^\s*[[{]/.test(text) ? parseJson(source.path, text) : parseYaml(source.path, text);
}

/** `JSON.parse` that says which line is broken; `line` is the number of the text's first line. */
export function parseJson(path: string, text: string, line = 1): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(
      path,
      `line ${line + lineOffset(text, messageOf(error))}: expected JSON, got broken JSON ` +
        `(${reason(text, messageOf(error))})`,
      error,
    );
  }
}

function parseYaml(path: string, text: string): unknown {
  const documents = parseAllDocuments(text);
  for (const { errors } of documents) {
    const [error] = errors;
    if (error)
      throw invalid(
        path,
        `line ${error.linePos?.[0].line ?? 1}: expected JSON Lines, JSON or YAML, got broken YAML ` +
          `(${error.message.split('\n')[0]})`,
        error,
      );
  }
  try {
    const values = documents.map((document) => document.toJS({ maxAliasCount: MAX_YAML_ALIASES }) as unknown);
    return values.length === 1 ? values[0] : values;
  } catch (error) {
    throw invalid(path, `expected YAML, got broken YAML (${messageOf(error)})`, error);
  }
}

function lineOffset(text: string, message: string): number {
  const position = /at position (\d+)/.exec(message);
  const end = position ? Number(position[1]) : text.length;
  return text.slice(0, end).split('\n').length - 1;
}

function reason(text: string, message: string): string {
  const short = message.replace(/, ?(?:\.\.\.)?"[\s\S]*$/, '').replace(/ in JSON at position .*$/s, '');
  return /[:,[]\s*-?(?:NaN|Infinity)\b/.test(text) ? `${short}; JSON has no NaN or Infinity` : short;
}
