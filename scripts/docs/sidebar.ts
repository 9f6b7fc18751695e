import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A group of the sidebar, and the paths of its pages below `docs`. */
interface Group {
  text: string;
  pages: readonly string[];
}

/** Every page of the site, in the order in which it is read. */
export const GROUPS: readonly Group[] = [
  { text: 'Start', pages: ['start.md'] },
  { text: 'Concepts', pages: ['concepts.md', 'glossary.md', 'profiles.md'] },
  {
    text: 'How to',
    pages: [
      'how-to/platform.md',
      'how-to/application.md',
      'how-to/research.md',
      'integrations.md',
      'clients.md',
      'command-line.md',
      'dashboard.md',
      'importing.md',
    ],
  },
  { text: 'Operations', pages: ['operations.md', 'errors.md', 'gpu.md', 'reference/containers.md'] },
  { text: 'Security', pages: ['security.md'] },
  { text: 'Learning', pages: ['learning.md'] },
  { text: 'Comparison', pages: ['comparison.md'] },
  {
    text: 'Reference',
    pages: [
      'reference/http.md',
      'reference/commands.md',
      'reference/settings.md',
      'reference/error-codes.md',
      'reference/metrics.md',
    ],
  },
  { text: 'Code', pages: ['architecture.md', 'dependencies.md', 'reference/contributing.md'] },
];

/** Paths of the pages of {@link GROUPS}, below `docs`. */
export const listed: readonly string[] = GROUPS.flatMap(({ pages }) => pages);

export interface SidebarItem {
  text: string;
  link: string;
}

/** The sidebar of those pages that are there, each by its own title. */
export function sidebar(docs: string): { text: string; items: SidebarItem[] }[] {
  return GROUPS.map(({ text, pages }) => ({
    text,
    items: pages
      .filter((path) => existsSync(join(docs, path)))
      .map((path) => ({
        text: titleOf(readFileSync(join(docs, path), 'utf8')),
        link: `/${path.replace(/\.md$/, '')}`,
      })),
  })).filter(({ items }) => items.length > 0);
}

/** What the first heading of a page says. */
function titleOf(text: string): string {
  const [, title] = /^# (.*)$/m.exec(text) ?? [];
  if (title === undefined) throw new Error(`a page without a heading: ${text.slice(0, 80)}`);
  return title;
}
