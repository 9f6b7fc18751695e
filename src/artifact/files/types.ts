import type { Readable } from 'node:stream';

/** Part `[start, end)` of a file, in bytes. */
export interface ByteRange {
  start: number;
  end: number;
}

/** A file of an artifact, opened: what is read of it is what it held then. */
export interface ArtifactFile {
  /** Its size. */
  bytes: number;
  /** When it was written. */
  modified: Date;
  /**
   * Its content, or a part of it: that many bytes, no more; the stream fails where there are fewer. It may be called
   * many times, until the file is closed.
   */
  stream(range?: ByteRange): Readable;
  /** Whoever opened the file closes it, read or not. */
  close(): Promise<void>;
}

/**
 * Where artifacts are kept: each version is a few files with plain names. Names that are not plain
 * ({@link isPlainName}) are of no file.
 */
export interface ArtifactFiles {
  /** Where that is, for messages: a path. */
  readonly place: string;
  /** Versions that are there, in no order. One that is being written is not among them. */
  list(): Promise<string[]>;
  /** All of a file. Throws `file_not_found`. */
  read(version: string, file: string): Promise<Buffer>;
  /**
   * Writes a version's files, all or none, and in place of those that were there: a reader finds the former ones or the
   * new ones, never some of each.
   */
  write(version: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void>;
  /** Opens a file for reading in parts. Throws `file_not_found`. */
  open(version: string, file: string): Promise<ArtifactFile>;
  /** Differs once a version's files have been changed, added or removed; empty where there are none. */
  stamp(version: string): Promise<string>;
}

/** Whether a name can't lead out of wherever artifacts are kept. */
export const isPlainName = (name: string): boolean => /^\w[\w.-]*$/.test(name);
