import { posix } from 'node:path';

/** Documents outside of `docs` that the site shows, and their pages below `docs/reference`. */
export const COPIED: Readonly<Record<string, string>> = {
  'CONTRIBUTING.md': 'contributing.md',
  'docker/README.md': 'containers.md',
};

/** Where a link of a document leads on the site: to another page, elsewhere, or to a file that is not on it. */
export type Target = { page: string } | { elsewhere: string } | { file: string };

/** Finds the page that a link of a document leads to. `from` is the document's path, such as `docs/errors.md`. */
export function targetOf(from: string, href: string): Target {
  if (/^(?:[a-z]+:|#|\/)/i.test(href)) return { elsewhere: href };
  const [path = '', anchor] = href.split('#') as [string, string?];
  const full = posix.normalize(posix.join(posix.dirname(from), decodeURI(path)));
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (full === 'README.md') return { page: `index.md${hash}` };
  if (full in COPIED) return { page: `reference/${COPIED[full]}${hash}` };
  if (/^docs\/.*\.(?:md|svg|png)$/.test(full)) return { page: `${full.slice('docs/'.length)}${hash}` };
  return { file: full };
}

/** A fenced block, a link or picture, or code in a line, whichever comes first. */
const PARTS = /^```[\s\S]*?^```|(!?)\[((?:[^\]\\\n]|\\.)*)\]\(([^)\s]+)\)|`[^`\n]+`/gm;

/**
 * A document as it stands on the site: its links lead from `to` (below `docs`) to pages, and names of files that are
 * not on the site are code. Code is left as it is.
 */
export function relinked(text: string, from: string, to: string): string {
  return text.replaceAll(PARTS, (whole: string, bang: string, words: string | undefined, href: string) => {
    if (words === undefined) return whole;
    const target = targetOf(from, href);
    if ('elsewhere' in target) return whole;
    if ('file' in target) return words.includes('`') ? words : `${words} (\`${target.file}\`)`;
    const [path = '', anchor] = target.page.split('#') as [string, string?];
    const relative = posix.relative(posix.dirname(to), path);
    const near = relative.startsWith('.') ? relative : `./${relative}`;
    return `${bang}[${words}](${near}${anchor === undefined ? '' : `#${anchor}`})`;
  });
}
