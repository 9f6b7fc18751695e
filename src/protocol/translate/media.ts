/** What a `data:` URL in base64 holds. */
export interface Inline {
  /** Lower case, without parameters. */
  type: string;
  /** Base64. */
  data: string;
}

const HEAD = /^data:([^;,]*)(?:;[^;,]*)*;base64,/i;

/** Undefined where a text is no `data:` URL in base64. */
export function inlineOf(url: string): Inline | undefined {
  const head = HEAD.exec(url.slice(0, 300));
  if (head === null) return undefined;
  const type = (head[1] ?? '').toLowerCase();
  return { type: type === 'image/jpg' ? 'image/jpeg' : type, data: url.slice(head[0].length) };
}

export const dataUrl = (type: string, data: string): string => `data:${type};base64,${data}`;

export const isWebUrl = (url: string): boolean => /^https?:\/\//i.test(url);
