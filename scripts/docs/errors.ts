import { ERROR_CODES, type ErrorCode } from '../../src/base/errors.js';
import { cell, codeIn, markdownTable, page } from './markdown.js';
import type { ReferencePage } from './types.js';

/** What `docs/errors.md` says of each code: when it comes, and what to do. */
function toldIn(document: string): Map<string, { when: string; todo: string }> {
  const rows = document.matchAll(/^\| `(\w+)` \| [^|]* \| [^|]* \| (.*?) \| (.*?) \|$/gm);
  return new Map(Array.from(rows, ([, code, when, todo]) => [code!, { when: when!, todo: todo! }]));
}

/** The links of a document of `docs`, as they are from `docs/reference`. */
const oneDeeper = (text: string): string => text.replaceAll(/\]\((?!https?:|#|\.\.)([^)]+)\)/g, '](../$1)');

/** Every error code, by name. */
export function errorsPage(document: string): ReferencePage {
  const told = toldIn(document);
  const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).toSorted();
  const rows = codes.map((code) => {
    const { status, exit, title } = ERROR_CODES[code];
    const { when = '', todo = '' } = told.get(code) ?? {};
    return [codeIn(code), String(status), String(exit), cell(title), oneDeeper(cell(when)), oneDeeper(cell(todo))];
  });
  return {
    name: 'error-codes.md',
    text: page('Error codes', 'the list of the code, and [Errors](../errors.md)', [
      'By name; [Errors](../errors.md) has them by what went wrong, and the form that they have over HTTP.',
      markdownTable(['code', 'HTTP', 'exit', 'means', 'when', 'what to do'], rows),
    ]),
  };
}
