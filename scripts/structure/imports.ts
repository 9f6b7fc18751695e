import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** One import of one file, type imports included. */
export interface Import {
  /** Path of the importing file below the root, such as `src/http/app.ts`. */
  from: string;
  /** Path of the imported file, or the name of a package. */
  to: string;
  line: number;
}

/** `import … from '…'`, `export … from '…'`, `import '…'` and `import('…')`, as the formatter writes them. */
const IMPORT = /^(?:import|export)\b[^'";]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

/** The folder of `src` that a file stands in; undefined of any other path, and of packages. */
export const folderOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

/** Every TypeScript file of a folder, by its path below `root`, in order. */
export function sourcesOf(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .toSorted();
}

/** The imports of a file's text. */
export function importsIn(from: string, text: string): Import[] {
  return Array.from(text.matchAll(IMPORT), (match) => {
    const specifier = (match[1] ?? match[2] ?? match[3])!;
    const to = specifier.startsWith('.')
      ? normalize(join(dirname(from), specifier)).replace(/\.js$/, '.ts')
      : specifier;
    return { from, to, line: text.slice(0, match.index).split('\n').length };
  });
}

/** The imports of all files of a folder. */
export function importsOf(root: string, folder: string): Import[] {
  return sourcesOf(root, folder).flatMap((file) => importsIn(file, readFileSync(join(root, file), 'utf8')));
}
