import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMigrations } from '../../src/store/sqlite/migrate.js';
import type { Import } from './imports.js';
import { landed, type Checksums } from './migrations.js';
import { FOLDERS } from './order.js';
import { mermaid, roomTable, withPart } from './picture.js';

/** A file that is written, whole or in part, from others. */
export interface Derived {
  path: string;
  /** As it should be. */
  text: string;
}

/** `docs/architecture.md` with the table of rooms and the picture as they are now. */
export function architecture(root: string, imports: readonly Import[]): Derived {
  const path = 'docs/architecture.md';
  const order = FOLDERS.map(({ name }) => name);
  const text = withPart(readFileSync(join(root, path), 'utf8'), 'rooms', roomTable(FOLDERS));
  return { path, text: withPart(text, 'picture', mermaid(imports, order)) };
}

/** Checksums of the migrations in the folder, and of those that have landed, by file name. */
export function migrationsOf(root: string): { present: Checksums; locked: Checksums } {
  const present = readMigrations(join(root, 'migrations')).map(
    ({ version, name, checksum }) => [`${String(version).padStart(4, '0')}_${name}.sql`, checksum] as const,
  );
  return {
    present: Object.fromEntries(present),
    locked: JSON.parse(readFileSync(join(root, 'migrations/checksums.json'), 'utf8')) as Checksums,
  };
}

/** `migrations/checksums.json` with the new migrations at its end. */
export function checksumFile(root: string): Derived {
  const { present, locked } = migrationsOf(root);
  return { path: 'migrations/checksums.json', text: `${JSON.stringify(landed(present, locked), null, 2)}\n` };
}
