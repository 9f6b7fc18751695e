import {
  Composer,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type CST,
  type Document,
} from 'yaml';
import { messageOf, PointsmanError } from '../../base/errors.js';
import { checkUnfolded, MAX_DEPTH } from './shape.js';

/** Longest text, in bytes. What is longer comes as JSON. */
export const MAX_YAML_BYTES = 64 * 1024;
/** Most symbols of a text: some five hundred lines of `key: value`, where a profile has fifty. */
export const MAX_YAML_SYMBOLS = 4000;
/** Most aliases: each is looked for among all anchors before it. */
const MAX_ALIASES = 100;
/** Most values that a text unfolds to. */
const MAX_VALUES = 10_000;

const OPTIONS = {
  prettyErrors: false,
  logLevel: 'silent',
  schema: 'core',
  merge: false,
  // They would make a Map or a Date of what JSON has no value for.
  resolveKnownTags: false,
  // As in JSON.
  stringKeys: true,
  // The library compares each key with all before it.
  uniqueKeys: false,
} as const;

/** What is wrong at an offset of a text. */
class Fault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Throws `payload_too_large` for a text of too many symbols: telling them apart is a small part of reading them. */
function checkSymbols(text: string): void {
  const symbols = new Lexer().lex(text);
  for (let count = 0; symbols.next().done !== true;)
    if (++count > MAX_YAML_SYMBOLS)
      throw new PointsmanError(
        'payload_too_large',
        `The body: expected YAML of at most ${MAX_YAML_SYMBOLS} symbols (some 500 lines), got more; send it as JSON`,
      );
}

/** The tokens of a text. Throws a fault where it is nested too deep. */
function* tokensOf(text: string, parser: Parser): Generator<CST.Token> {
  for (const symbol of new Lexer().lex(text)) {
    yield* parser.next(symbol);
    if (parser.stack.length > MAX_DEPTH) throw new Fault(`More than ${MAX_DEPTH} levels`, parser.offset);
  }
  yield* parser.end();
}

/** The one document of a text. */
function documentOf(text: string, parser: Parser): Document.Parsed {
  const documents: Document.Parsed[] = [];
  for (const document of new Composer(OPTIONS).compose(tokensOf(text, parser), true, text.length)) {
    if (documents.push(document as Document.Parsed) > 1) throw new Fault('More than one document', document.range[0]);
  }
  const [document] = documents as [Document.Parsed];
  const [error] = document.errors;
  // What it quotes of the text may be private.
  if (error !== undefined) throw new Fault(error.message.replace(/: ".*/s, ''), error.pos[0]);
  return document;
}

/** Throws a fault where a map has a key twice, or where there are too many aliases. */
function checkNodes(contents: unknown): void {
  let aliases = 0;
  function check(node: unknown): void {
    if (isMap(node)) {
      const keys = new Set<unknown>();
      for (const { key, value } of node.items) {
        const name = isScalar(key) ? key.value : key;
        if (keys.has(name)) throw new Fault('Map keys must be unique', offsetOf(key));
        keys.add(name);
        check(value);
      }
    } else if (isSeq(node)) node.items.forEach(check);
    else if (isPair(node)) check(node.value);
    else if (isAlias(node) && ++aliases > MAX_ALIASES)
      throw new Fault(`More than ${MAX_ALIASES} aliases`, offsetOf(node));
  }
  check(contents);
}

function offsetOf(node: unknown): number {
  return (node as { range?: [number, number, number] }).range?.[0] ?? 0;
}

/** Does what may make many errors at once: what each costs most for is where it came from. */
function withoutStacks<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function placeOf({ offset }: Fault, lines: LineCounter): string {
  const { line, col } = lines.linePos(offset);
  return ` at line ${line}, column ${col}`;
}

/**
 * The value of a YAML text of at most {@link MAX_YAML_BYTES}, in a time that is bounded whatever it holds. Throws
 * `invalid_yaml` with line and column, `payload_too_large` for too many symbols, and `invalid_request` for what unfolds
 * to too much.
 */
export function parseYaml(text: string): unknown {
  checkSymbols(text);
  const lines = new LineCounter();
  lines.addNewLine(0);
  let value: unknown;
  try {
    value = withoutStacks(() => {
      const document = documentOf(text, new Parser(lines.addNewLine));
      checkNodes(document.contents);
      return document.toJS() as unknown;
    });
  } catch (error) {
    const place = error instanceof Fault ? placeOf(error, lines) : '';
    throw new PointsmanError('invalid_yaml', `The body is not valid YAML: ${messageOf(error)}${place}`, {
      cause: error,
    });
  }
  checkUnfolded(value, MAX_VALUES);
  return value;
}
