/** SHA-256 of migrations, by file name, as the ledger's `schema_migrations` has it. */
export type Checksums = Readonly<Record<string, string>>;

/** Checksums with those of new migrations added; one that has landed keeps the checksum it landed with. */
export const landed = (present: Checksums, locked: Checksums): Checksums => ({ ...present, ...locked });

/**
 * Migrations that are not as they landed, or have not landed. A ledger remembers what it was made with, so that an edit
 * of a migration would shut out every ledger that has it.
 */
export function alteredMigrations(present: Checksums, locked: Checksums): string[] {
  const old = Object.entries(locked).flatMap(([name, checksum]) => {
    if (present[name] === undefined)
      return [`migrations/${name}: removed or renamed after it landed: bring it back, and add a migration instead`];
    if (present[name] !== checksum)
      return [`migrations/${name}: edited after it landed: undo that, and put the change into a new migration`];
    return [];
  });
  const added = Object.keys(present)
    .filter((name) => locked[name] === undefined)
    .map((name) => `migrations/${name}: new: when it is final, lock it with \`npm run structure\``);
  return [...old, ...added];
}
