/** An element of a page: its own text, without that of elements in it. */
export interface Element {
  name: string;
  attributes: Record<string, string>;
  parent: Element | null;
  text: string;
}

const VOID = new Set(['meta', 'br', 'hr', 'img', 'input', 'link']);
const TOKEN =
  /<!DOCTYPE html>|<\/([a-zA-Z][\w:-]*)\s*>|<([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function decoded(text: string): string {
  return text.replaceAll(/&([^;\s]*);?/g, (entity, name: string) => {
    if (ENTITIES[name] === undefined || !entity.endsWith(';'))
      throw new Error(`a stray & in ${JSON.stringify(text.slice(0, 80))}`);
    return ENTITIES[name];
  });
}

/**
 * All elements of a page in order. Stricter than a browser: throws unless each tag is closed, each attribute quoted and
 * each & an entity.
 */
export function elementsOf(html: string): Element[] {
  const all: Element[] = [];
  let open: Element | null = null;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < html.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(html);
    if (token === null) throw new Error(`not well-formed at ${JSON.stringify(html.slice(at, at + 80))}`);
    const [, closed, opened, attributes, selfClosed, text] = token;
    if (text !== undefined) {
      if (open !== null) open.text += decoded(text);
      else if (text.trim() !== '') throw new Error(`text outside of the page: ${text}`);
    } else if (closed !== undefined) {
      if (open?.name !== closed) throw new Error(`</${closed}> closes <${open?.name ?? 'nothing'}>`);
      open = open.parent;
    } else if (opened !== undefined) {
      const element: Element = {
        name: opened,
        attributes: Object.fromEntries(
          Array.from(attributes!.matchAll(/([\w:-]+)="([^"]*)"/g), ([, name, value]) => [name!, decoded(value!)]),
        ),
        parent: open,
        text: '',
      };
      all.push(element);
      if (selfClosed === '' && !VOID.has(opened)) open = element;
    }
  }
  if (open !== null) throw new Error(`<${open.name}> is not closed`);
  return all;
}
