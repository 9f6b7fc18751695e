/** A block of commands of a document, and what becomes of it. */
export interface CommandBlock {
  /** Of its first line in the document, from 1. */
  line: number;
  text: string;
  /** Why it is not run; undefined where it is. */
  notRun?: string;
  /** The test that runs it, by path; undefined where the test of documents does. */
  runBy?: string;
  /** What the document shows that it writes; undefined where it shows nothing. */
  shown?: string;
}

/** A file that a document shows, by the name that its first line has as a comment. */
export interface ShownFile {
  line: number;
  name: string;
  text: string;
}

export type Block = { command: CommandBlock } | { file: ShownFile };

interface Fence {
  line: number;
  language: string;
  text: string;
  /** The lines between it and the fence before. */
  before: string;
}

function fencesOf(document: string): Fence[] {
  const fences: Fence[] = [];
  let open: { line: number; language: string; from: number } | undefined;
  let end = 0;
  const lines = document.split('\n');
  for (const [i, line] of lines.entries()) {
    if (open === undefined && line.startsWith('```'))
      open = { line: i + 1, language: line.slice(3).trim(), from: i + 1 };
    else if (open !== undefined && line.trimEnd() === '```') {
      const before = lines.slice(end, open.line - 1).join('\n');
      fences.push({ ...open, text: lines.slice(open.from, i).join('\n'), before });
      [open, end] = [undefined, i + 1];
    }
  }
  return fences;
}

const isShell = ({ language }: Fence): boolean => language === 'sh' || language === 'bash';
const MARK = /<!--\s*(not run|run by):?\s+([\s\S]*?)\s*-->\s*$/;
const NAME = /^(?:#|\/\/) ([\w.-]+\.(?:ya?ml|jsonl?|csv|js|mjs|py))\b.*\n/;

/** Languages of files that commands read. */
const FILES = new Set(['yaml', 'json', 'jsonl', 'js', 'python', 'csv']);

/**
 * The commands of a document in its order, and the files that they read. A block without a language (or of `json`)
 * right after commands is what they write. Blocks are marked by a comment right before them, `<!-- not run: why -->` or
 * `<!-- run by test/… -->`.
 */
export function blocksOf(document: string): Block[] {
  const fences = fencesOf(document);
  return fences.flatMap((fence, i): Block[] => {
    if (FILES.has(fence.language)) {
      const [head, name] = NAME.exec(`${fence.text}\n`) ?? [];
      const text = fence.language.startsWith('json') ? fence.text.slice(head?.length ?? 0) : fence.text;
      return name === undefined ? [] : [{ file: { line: fence.line, name, text: `${text}\n` } }];
    }
    if (!isShell(fence)) return [];
    const [, kind, what] = MARK.exec(fence.before) ?? [];
    const next = fences[i + 1];
    const isShown = next !== undefined && /^\s*$/.test(next.before) && ['', 'json', 'text'].includes(next.language);
    return [
      {
        command: {
          line: fence.line,
          text: fence.text,
          ...(kind === 'not run' && { notRun: what! }),
          ...(kind === 'run by' && { runBy: what! }),
          ...(isShown && !NAME.test(`${next.text}\n`) && { shown: next.text }),
        },
      },
    ];
  });
}

/** What begins a line of a command. */
const COMMAND = /^(?:\$ )?(?:\w+=\S* )*(?:npx|npm|pointsman|curl|node|docker|promtool|python3?|pip|export) \S/;

/** Lines of commands that no block of commands holds: indented, or in a block of no language. */
export function strayCommands(document: string): number[] {
  let fence: string | undefined;
  return document.split('\n').flatMap((line, i) => {
    if (line.startsWith('```')) {
      fence = fence === undefined ? line.slice(3).trim() : undefined;
      return [];
    }
    const inBlock =
      fence === undefined ? line.startsWith('    ') : fence !== 'sh' && fence !== 'bash' && !FILES.has(fence);
    return inBlock && COMMAND.test(line.trim()) ? [i + 1] : [];
  });
}

/** Numbers, ids and spaces differ from run to run. */
function loose(text: string): string {
  return text
    .replaceAll(/\b[\da-f]{8,}(?:-[\da-f]{4,})*\b/gi, '#')
    .replaceAll(/\d+(?:[.,]\d+)*/g, '#')
    .replaceAll(/\s+/g, '')
    .replaceAll(/-{3,}|[–—]/g, '-');
}

/**
 * Which part of what a document shows is not in what was written; undefined where all of it is, in this order. An
 * ellipsis stands for anything; numbers, ids and spaces are not compared.
 */
export function missingFrom(written: string, shown: string): string | undefined {
  let rest = loose(written);
  for (const part of shown.split('…')) {
    const wanted = loose(part).replaceAll(/^"|"$/g, '');
    const at = rest.indexOf(wanted);
    if (at < 0) return part.trim();
    rest = rest.slice(at + wanted.length);
  }
  return undefined;
}
