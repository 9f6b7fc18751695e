import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SHORTEST = 40;
const LONGEST = 900;

/**
 * Paragraphs and code samples of the doc comments in the npm package @types/node: text about programs, and programs.
 */
export function readComments(modules: string): string[] {
  const folder = join(modules, '@types/node');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.d.ts'))
    .toSorted();
  const paragraphs = files.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/\/\*\*([\s\S]*?)\*\//g)].flatMap((match) =>
      match[1]!
        .replaceAll(/^\s*\* ?/gm, '')
        .split(/\n\s*\n|```\w*/)
        .map((text) => text.trim())
        .filter((text) => text.length > SHORTEST && text.length < LONGEST),
    ),
  );
  return [...new Set(paragraphs)];
}
