/** A text that stands in a cell of a table, or between tags: nothing in it is read as HTML, Vue or a column. */
export function cell(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? codeIn(part.slice(1, -1)) : plain(part)))
    .join('')
    .replaceAll(/\s*\n\s*/g, ' ');
}

/** A text as code in a cell; a bar would end the cell, and braces would be read as attributes. */
export function codeIn(text: string): string {
  const safe = text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('|', '&#124;')
    .replaceAll('*', '&#42;')
    .replaceAll('_', '&#95;')
    .replaceAll('\\', '&#92;')
    .replaceAll('[', '&#91;')
    .replaceAll('{', '&#123;');
  return `<code v-pre>${safe}</code>`;
}

const plain = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '&#124;')
    .replaceAll('{', '&#123;')
    .replaceAll('*', '&#42;')
    .replaceAll(/(?<=\w)_(?=\w)/g, '&#95;');

/** A table; cells are Markdown. Nothing where it has no rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

/** A page: its title, where it comes from, and its parts with an empty line between. */
export function page(title: string, from: string, parts: readonly string[]): string {
  return `${[`# ${title}`, `*Made of ${from} when this site was built.*`, ...parts.filter(Boolean)].join('\n\n')}\n`;
}
