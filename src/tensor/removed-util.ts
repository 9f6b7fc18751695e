import { createRequire } from 'node:module';

/** Puts back what `@tensorflow/tfjs-node-gpu` 4.22 calls of `util` and Node 23 took out. */
export function restoreRemovedUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
}
