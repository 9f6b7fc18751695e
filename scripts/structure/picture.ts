import { folderOf, type Import } from './imports.js';

/** Which folders of `order` each of them imports from. */
export function folderImports(imports: readonly Import[], order: readonly string[]): Map<string, Set<string>> {
  const next = new Map(order.map((name) => [name, new Set<string>()]));
  for (const { from, to } of imports) {
    const [own, other] = [folderOf(from), folderOf(to)];
    if (own !== undefined && other !== undefined && own !== other && next.has(other)) next.get(own)?.add(other);
  }
  return next;
}

/**
 * The transitive reduction: without imports of folders that are reached by way of another import as well. `next` has
 * no circles.
 */
export function reduced(next: ReadonlyMap<string, ReadonlySet<string>>): Map<string, string[]> {
  const reached = new Map<string, Set<string>>();
  const reach = (folder: string): Set<string> => {
    let found = reached.get(folder);
    if (found !== undefined) return found;
    reached.set(folder, (found = new Set()));
    for (const other of next.get(folder) ?? []) {
      found.add(other);
      for (const further of reach(other)) found.add(further);
    }
    return found;
  };
  return new Map(
    Array.from(next, ([folder, others]) => [
      folder,
      [...others].filter((other) => ![...others].some((between) => between !== other && reach(between).has(other))),
    ]),
  );
}

/** A room's name as Mermaid takes it: `graph` and `end` are words of its language, in small letters only. */
const idOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The picture, in Mermaid: an arrow from each folder to those that it imports, users above what they use. */
export function mermaid(imports: readonly Import[], order: readonly string[]): string {
  const place = (name: string): number => order.indexOf(name);
  const next = reduced(folderImports(imports, order));
  const arrows = order.toReversed().flatMap((name) => {
    const used = next.get(name)!.toSorted((a, b) => place(b) - place(a));
    return used.length === 0 ? [] : [`    ${idOf(name)} --> ${used.map(idOf).join(' & ')}`];
  });
  const rooms = order.toReversed().map((name) => `    ${idOf(name)}["${name}"]`);
  return ['```mermaid', 'flowchart TD', ...rooms, ...arrows, '```'].join('\n');
}

/** The table of rooms, from the ground up. */
export function roomTable(rooms: readonly { name: string; holds: string }[]): string {
  const rows = rooms.map(({ name, holds }) => `| \`${name}\` | ${holds} |`);
  return ['| room | holds |', '|---|---|', ...rows].join('\n');
}

/** A text with its part `name`, between `<!-- name -->` and `<!-- /name -->`, replaced. Throws where there is none. */
export function withPart(text: string, name: string, part: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`expected "${begin}" and "${end}" in the text, got neither or one`);
  return `${text.slice(0, from + begin.length)}\n${part}\n${text.slice(to)}`;
}
