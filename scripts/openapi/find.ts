import type { DocumentedOperation, OpenApiDocument } from './document.js';

/** A path of a document that a request's path fits. */
export interface FoundPath {
  path: string;
  /** By method in lower case. */
  operations: Record<string, DocumentedOperation>;
  /** Whether its last parameter took more than one part of the path, which not every one does. */
  tookRest: boolean;
}

/** The path of a request's target: without the origin that proxies send, query and fragment. */
export function pathIn(target: string): string {
  return target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
}

type Fit = 'whole' | 'rest' | undefined;

function fit(pattern: readonly string[], parts: readonly string[]): Fit {
  for (const [i, wanted] of pattern.entries()) {
    const part = parts[i];
    if (part === undefined) return undefined;
    if (!wanted.startsWith('{')) {
      if (part.toLowerCase() !== wanted) return undefined;
    } else if (part === '') return i === pattern.length - 1 && parts.length > pattern.length ? 'rest' : undefined;
  }
  if (parts.length === pattern.length) return 'whole';
  if (parts.length === pattern.length + 1 && parts.at(-1) === '') return 'whole';
  return pattern.at(-1)!.startsWith('{') ? 'rest' : undefined;
}

/** Names first, then parameters, and last what takes the rest of a path. */
function rankOf(pattern: readonly string[], how: Fit): string {
  return pattern.map((part) => (part.startsWith('{') ? '1' : '0')).join('') + (how === 'rest' ? '2' : '');
}

/** Finds the path of a document that a request's path fits: in any case, with or without a slash at its end. */
export function createFinder({ paths }: OpenApiDocument): (target: string) => FoundPath | undefined {
  const patterns = Object.entries(paths).map(([path, operations]) => ({
    path,
    operations,
    pattern: path.slice(1).split('/'),
  }));
  return (target) => {
    const path = pathIn(target);
    if (!path.startsWith('/')) return undefined;
    const parts = path.slice(1).split('/');
    const fits = patterns.flatMap((one) => {
      const how = fit(one.pattern, parts);
      return how === undefined ? [] : [{ ...one, how, rank: (how === 'rest' ? '2' : '') + rankOf(one.pattern, how) }];
    });
    const best = fits.toSorted((a, b) => (a.rank < b.rank ? -1 : 1))[0];
    return best === undefined
      ? undefined
      : { path: best.path, operations: best.operations, tookRest: best.how === 'rest' };
  };
}
