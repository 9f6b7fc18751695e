/** Paths of the repository in backticks; one with a capital letter, a star or an ellipsis is a pattern, not a path. */
const PATH = /`((?:src|test|scripts|dist|docs|docker|migrations|models)\/[^`\s]*)`/g;
const PATTERN = /[A-Z*…<>{}]/;

/** Paths that a document names and that are not there; `dist/….js` is there where its source is. */
export function missingPaths(document: string, text: string, exists: (path: string) => boolean): string[] {
  return text.split('\n').flatMap((line, i) =>
    Array.from(line.matchAll(PATH), ([, path]) => path!)
      .filter((path) => !PATTERN.test(path) || path.endsWith('README.md'))
      .filter((path) => !exists(path.replace(/^dist\/(.*)\.js$/, '$1.ts').replace(/^dist\//, '')))
      .map((path) => `${document}:${i + 1}: names ${path}, which is not there`),
  );
}
