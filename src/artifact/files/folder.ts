import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PointsmanError } from '../../base/errors.js';
import { isPlainName, type ArtifactFile, type ArtifactFiles, type ByteRange } from './types.js';

/** Age past which a folder that was being written is one of a process that died; in milliseconds. */
const ABANDONED_MS = 60 * 60 * 1000;
/** Most that one read of an opened file takes, in bytes. */
const CHUNK_BYTES = 64 * 1024;

const notFound = (version: string, file: string, cause?: unknown): PointsmanError =>
  new PointsmanError('file_not_found', `Version ${version} has no file ${JSON.stringify(file)}`, { cause });

const isMissing = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
};

async function writeDurably(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Reads the part `[start, end)` of a file. Throws where the file ends before it. */
async function* readRange(handle: FileHandle, path: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  for (let position = start; position < end;) {
    const length = Math.min(CHUNK_BYTES, end - position);
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.allocUnsafe(length), position });
    if (bytesRead === 0) throw new Error(`${path}: expected at least ${end} bytes, got ${position}`);
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The file behind a handle, which the file then closes; undefined for a folder and the like. */
async function openedFile(handle: FileHandle, path: string): Promise<ArtifactFile | undefined> {
  const found = await handle.stat();
  if (!found.isFile()) return undefined;
  return {
    bytes: found.size,
    modified: found.mtime,
    stream: (range = { start: 0, end: found.size }) =>
      Readable.from(readRange(handle, path, range), { objectMode: false }),
    close: () => handle.close(),
  };
}

/** Makes renames within a folder last through a power failure. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Removes what writers left that died long ago. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/^\.(?:writing|replaced)-/.test(name)) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS)
      await rm(path, { recursive: true, force: true });
  }
}

/**
 * Artifacts as folders `<folder>/<version>`. One is written into a temporary folder first, which is renamed when whole.
 * The folder is made by the first write.
 */
export function openArtifactFolder(folder: string): ArtifactFiles {
  function placeOf(version: string, file: string): string {
    if (!isPlainName(version) || !isPlainName(file)) throw notFound(version, file);
    return join(folder, version, file);
  }
  return {
    place: folder,
    async list() {
      try {
        const entries = await readdir(folder, { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory() && isPlainName(entry.name)).map((entry) => entry.name);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    async read(version, file) {
      try {
        return await readFile(placeOf(version, file));
      } catch (error) {
        throw isMissing(error) ? notFound(version, file, error) : error;
      }
    },
    async write(version, files) {
      for (const name of [version, ...Object.keys(files)])
        if (!isPlainName(name)) throw new PointsmanError('internal', `${JSON.stringify(name)} is not a plain name`);
      const temporary = join(folder, `.writing-${version}-${process.pid}`);
      const final = join(folder, version);
      await rm(temporary, { recursive: true, force: true });
      await mkdir(temporary, { recursive: true });
      await removeAbandoned(folder);
      try {
        for (const [name, content] of Object.entries(files)) await writeDurably(join(temporary, name), content);
        // A folder that is there already was damaged, or is the same: its name is made from what it was trained from.
        // It goes as a whole, too.
        const replaced = join(folder, `.replaced-${version}-${process.pid}`);
        if (existsSync(final)) await rename(final, replaced);
        await rename(temporary, final);
        await syncFolder(folder);
        await rm(replaced, { recursive: true, force: true });
      } catch (error) {
        await rm(temporary, { recursive: true, force: true });
        throw error;
      }
    },
    async open(version, file) {
      const path = placeOf(version, file);
      const handle = await open(path, 'r').catch((error: unknown) => {
        throw isMissing(error) ? notFound(version, file, error) : error;
      });
      let opened: ArtifactFile | undefined;
      try {
        opened = await openedFile(handle, path);
      } finally {
        if (opened === undefined) await handle.close();
      }
      if (opened === undefined) throw notFound(version, file);
      return opened;
    },
    async stamp(version) {
      if (!isPlainName(version)) return '';
      const path = join(folder, version);
      const names = await readdir(path).catch(() => []);
      const parts = names.toSorted().map(async (name) => {
        const found = await stat(join(path, name)).catch(() => undefined);
        return `${name}:${found?.mtimeMs ?? 'gone'}:${found?.size ?? 0}`;
      });
      return (await Promise.all(parts)).join();
    },
  };
}
