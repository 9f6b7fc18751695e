/** Prints the tables of a learned artifact as Markdown, for `docs/learning.md`. */
import { pathToFileURL } from 'node:url';
import { FIXED_TABLES, HOP_TABLES, legalValues, type TableDeclaration } from '../src/learned/tables.js';

/** Lines of `docs/learning.md` between which the tables stand. */
export const [BEGIN, END] = ['<!-- tables: node dist/scripts/tables.js -->', '<!-- end of tables -->'] as const;

function row(name: string, { shape, meaning, initial }: TableDeclaration): string {
  const cells = [`\`${name}\``, `\`[${shape.join(', ')}]\``, initial ? 'yes' : '', legalValues(name).title, meaning];
  return `| ${cells.join(' | ')} |`;
}

/** The tables, those of hop N once. */
export function tablesMarkdown(): string {
  return [
    '| table | shape | trained | values | what it holds |',
    '|---|---|---|---|---|',
    ...Object.entries(FIXED_TABLES).map(([name, table]) => row(name, table)),
    ...Object.entries(HOP_TABLES).map(([name, table]) => row(`hopN/${name}`, table)),
  ].join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(tablesMarkdown());
