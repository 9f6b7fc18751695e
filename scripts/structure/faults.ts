import { folderOf, type Import } from './imports.js';

/** Longest line of a source file, in characters; the formatter leaves longer texts and comments as they are. */
export const MAX_COLUMNS = 120;

/** Packages that only one folder may know, and why. */
export const CONFINED: readonly { package: RegExp; folders: readonly string[]; why: string }[] = [
  { package: /^@tensorflow\//, folders: ['src/tensor/'], why: 'serving never loads TensorFlow.js' },
  { package: /^better-sqlite3/, folders: ['src/store/'], why: 'a store can be replaced by another' },
  { package: /^express$/, folders: ['src/http/'], why: 'the application does not know HTTP' },
  { package: /^undici$/, folders: ['src/providers/'], why: 'calls of providers are bounded in one place' },
  {
    package: /^eventsource-parser$/,
    folders: ['src/protocol/', 'src/client/', 'src/dashboard/'],
    why: 'how streams are written is a matter of protocols',
  },
  { package: /^bullmq$/, folders: ['src/queue/'], why: 'jobs can be kept elsewhere' },
];

/** Folders that a process which serves never loads. */
const TRAINING = new Set(['tensor', 'training']);
/** Folders that serve, and may know neither of those. */
const SERVING = new Set(['scoring', 'serving', 'policy', 'cascade', 'live', 'decision', 'feedback', 'http']);

/** Imports that go up the order of folders, or into a folder that is not in it. */
export function misordered(imports: readonly Import[], order: readonly string[]): string[] {
  return imports.flatMap(({ from, to, line }) => {
    const [own, other] = [folderOf(from), folderOf(to)];
    if (own === undefined || other === undefined || own === other) return [];
    const [place, wanted] = [order.indexOf(own), order.indexOf(other)];
    if (place < 0) return [`${from}: the folder ${own} is not in scripts/structure/order.ts`];
    return wanted >= 0 && wanted < place
      ? []
      : [`${from}:${line}: ${own} may not import ${to}, as ${other} stands above it`];
  });
}

/** Imports of packages and folders that a file may not know. */
export function trespassing(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to, line }) => {
    const confined = CONFINED.find(
      (one) => one.package.test(to) && !one.folders.some((folder) => from.startsWith(folder)),
    );
    if (confined !== undefined)
      return [`${from}:${line}: only ${confined.folders.join(', ')} imports ${to}: ${confined.why}`];
    const [own, other] = [folderOf(from), folderOf(to)];
    const loads = own !== undefined && other !== undefined && SERVING.has(own) && TRAINING.has(other);
    return loads && !to.endsWith('/types.ts') ? [`${from}:${line}: ${own} serves, and may not load ${to}`] : [];
  });
}

/** Circles of files, type imports counted, each as its files in order of their paths. */
export function circles(imports: readonly Import[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of imports) next.set(from, (next.get(from) ?? new Set()).add(to));
  const reachable = (start: string): Set<string> => {
    const seen = new Set<string>();
    const open = [...(next.get(start) ?? [])];
    for (let file = open.pop(); file !== undefined; file = open.pop()) {
      if (seen.has(file)) continue;
      seen.add(file);
      open.push(...(next.get(file) ?? []));
    }
    return seen;
  };
  const reach = new Map(Array.from(next.keys(), (file) => [file, reachable(file)]));
  const found = new Set<string>();
  for (const [file, seen] of reach) {
    if (!seen.has(file)) continue;
    found.add(
      [...seen]
        .filter((other) => reach.get(other)?.has(file))
        .toSorted()
        .join(', '),
    );
  }
  return Array.from(found, (files) => `a circle of files: ${files}`);
}

/** Lines of a file that are longer than {@link MAX_COLUMNS}. */
export function longLines(path: string, text: string): string[] {
  return text.split('\n').flatMap((line, i) => {
    const columns = Array.from(line).length;
    return columns > MAX_COLUMNS ? [`${path}:${i + 1}: ${columns} columns, at most ${MAX_COLUMNS} expected`] : [];
  });
}
