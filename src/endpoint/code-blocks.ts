import { compileFunction } from 'node:vm';

/** A fenced block of a Markdown text. */
interface Block {
  language: string;
  code: string;
}

/** Blocks that are looked at, and the longest of them, in characters. */
const MOST_BLOCKS = 8;
const LONGEST = 20_000;

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^\s`{]*)/;

/** The first closed blocks of a text. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; language: string; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const [, fence, language] = FENCE.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== undefined) open = { fence, language: language!.toLowerCase(), lines: [] };
    } else if (fence !== undefined && language === '' && fence.startsWith(open.fence)) {
      blocks.push({ language: open.language, code: open.lines.join('\n') });
      if (blocks.length === MOST_BLOCKS) return blocks;
      open = undefined;
    } else open.lines.push(line);
  }
  return blocks;
}

function isJson(code: string): boolean {
  try {
    JSON.parse(code);
    return true;
  } catch {
    return false;
  }
}

/** Whether it compiles as the body of a function, or of an asynchronous one; nothing of it is run. */
function isScript(code: string): boolean {
  return [code, `return async () => {\n${code}\n}`].some((source) => {
    try {
      compileFunction(source);
      return true;
    } catch {
      return false;
    }
  });
}

/** What stands for something left out, or comments where there can be none: it is shown, and not meant to parse. */
const ELIDED = /\.\.\.\s*$|^\s*\.\.\.|…/m;
const COMMENT = /^\s*(\/\/|\/\*|#)|\s\/\/ /m;
/** Only modules have these, and tags and types are another language. */
const MODULE = /^\s*(import|export)\b/m;
const TAGS = /<\/?[A-Za-z][^<>]*>/;

/** How to tell whether code of a language parses; undefined of code that is not told. */
function parserOf({ language, code }: Block): ((code: string) => boolean) | undefined {
  if (code.trim() === '' || code.length > LONGEST || ELIDED.test(code)) return undefined;
  if (language === 'json') return COMMENT.test(code) ? undefined : isJson;
  if (!['js', 'javascript', 'cjs', 'mjs', 'node'].includes(language)) return undefined;
  return MODULE.test(code) || TAGS.test(code) ? undefined : isScript;
}

/** Whether all code in a text parses that can be told of: JSON and JavaScript. Undefined where there is none. */
export function codeParses(text: string): boolean | undefined {
  const told = blocksOf(text).flatMap((block) => {
    const parses = parserOf(block);
    return parses === undefined ? [] : [parses(block.code)];
  });
  return told.length === 0 ? undefined : told.every((parses) => parses);
}
