import type { IncomingMessage } from 'node:http';

/** `http://host` of a request target in absolute form, as proxies send it. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

/** What a request asks for: its path as it stands, and its query string without the `?`. */
export interface Target {
  path: string;
  search: string;
}

/** The target of a request. */
export function targetOf({ url = '/' }: Pick<IncomingMessage, 'url'>): Target {
  const text = url.charCodeAt(0) === 0x2f || url === '*' ? url : url.replace(ORIGIN, '');
  const hash = text.indexOf('#');
  const whole = hash < 0 ? text : text.slice(0, hash);
  const mark = whole.indexOf('?');
  return mark < 0 ? { path: whole, search: '' } : { path: whole.slice(0, mark), search: whole.slice(mark + 1) };
}

/** The path of a request, without its query: what may be logged. */
export function pathOf(req: Pick<IncomingMessage, 'url'>): string {
  return targetOf(req).path;
}
