import { readdirSync, rmSync, statSync } from 'node:fs';
import { BYTES_PER_MEGABYTE } from '../base/units.js';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import type { SettingsStore } from '../store/ports/settings.js';

/** A file that was written to more recently may be of a training that runs, in milliseconds. */
const IN_USE_MS = 3_600_000;
const FILE = /^[0-9a-f]{16}\.sqlite$/;

interface VectorFile {
  path: string;
  bytes: number;
  usedAt: number;
}

function vectorFiles(folder: string): VectorFile[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    // No log was that long yet.
    return [];
  }
  return names
    .filter((name) => FILE.test(name))
    .map((name) => {
      const path = join(folder, name);
      const parts = ['', '-wal'].flatMap((end) => statSync(path + end, { throwIfNoEntry: false }) ?? []);
      return {
        path,
        bytes: parts.reduce((sum, part) => sum + part.size, 0),
        usedAt: Math.max(0, ...parts.map((part) => part.mtimeMs)),
      };
    });
}

/**
 * Removes files of vectors, those written longest ago first, while all take more than `megabytes`; answers how many.
 * They are a cache: a long log's queries are encoded again. One that was written in the last hour stays.
 */
export function removeVectorFiles(folder: string, megabytes: number, now: number): number {
  const files = vectorFiles(folder).toSorted((a, b) => a.usedAt - b.usedAt);
  let excess = files.reduce((sum, { bytes }) => sum + bytes, 0) - megabytes * BYTES_PER_MEGABYTE;
  let removed = 0;
  for (const { path, bytes, usedAt } of files) {
    if (excess <= 0) break;
    if (now - usedAt < IN_USE_MS) continue;
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
    excess -= bytes;
    removed++;
  }
  return removed;
}

export interface VectorFileParts {
  folder: string;
  settings: Pick<SettingsStore, 'get'>;
  clock: Clock;
  log: Logger;
}

/** Keeps files of vectors within `vectors_megabytes`, until the returned function is called. */
export function followVectorFiles({ folder, settings, clock, log }: VectorFileParts, everyMs: number): () => void {
  return every(
    everyMs,
    async () => {
      const { vectors_megabytes: most } = await settings.get('retention');
      const removed = most === null ? 0 : removeVectorFiles(folder, most, clock());
      if (removed > 0) log.info({ removed, most }, 'files of vectors removed, as they took more than is set');
    },
    (error) => log.warn({ error: messageOf(error) }, 'files of vectors not removed, will be tried again'),
  );
}
