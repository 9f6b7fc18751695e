import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/hash.js';
import type { TrainedModel } from './model.js';
import { FORMAT, MANIFEST_FILE, WEIGHTS_FILE, type Manifest } from './manifest.js';
import { encodeSafetensors } from './safetensors.js';

/** What the writer can't know by itself. */
export type ManifestFacts = Pick<
  Manifest,
  | 'version'
  | 'created_at'
  | 'snapshot'
  | 'design'
  | 'seed'
  | 'backend'
  | 'ledger_rows'
  | 'continues'
  | 'status'
  | 'comparison'
  | 'serve'
  | 'metrics'
>;

async function writeDurably(path: string, content: Buffer | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Age past which a folder that was being written is one of a process that died; in milliseconds. */
const ABANDONED_MS = 60 * 60 * 1000;

async function removeAbandoned(artifacts: string): Promise<void> {
  for (const name of await readdir(artifacts)) {
    if (!/^\.(?:writing|replaced)-/.test(name)) continue;
    const path = join(artifacts, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS)
      await rm(path, { recursive: true, force: true });
  }
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

/**
 * Writes an artifact's folder `<artifacts>/<version>`: into a temporary one first, which is renamed when whole, so that
 * a half-written artifact is never seen.
 */
export async function writeArtifact(artifacts: string, model: TrainedModel, facts: ManifestFacts): Promise<Manifest> {
  const weights = encodeSafetensors(model.tables, { format: 'pointsman', version: facts.version });
  const { names } = model;
  const manifest: Manifest = {
    format: FORMAT,
    ...facts,
    router: names.router,
    encoder: names.encoder,
    hops: names.hops,
    llms: names.llms,
    families: names.families,
    tasks: names.tasks,
    anchors: names.anchors,
    tensors: Object.fromEntries(Object.entries(model.tables).map(([name, { shape }]) => [name, shape])),
    files: [{ name: WEIGHTS_FILE, bytes: weights.byteLength, sha256: sha256(weights) }],
  };
  const temporary = join(artifacts, `.writing-${facts.version}-${process.pid}`);
  const final = join(artifacts, facts.version);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  await removeAbandoned(artifacts);
  try {
    await writeDurably(join(temporary, WEIGHTS_FILE), weights);
    await writeDurably(join(temporary, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    // A folder that is there already was damaged, or is the same: its name is made from what it was trained from.
    // It goes as a whole, too.
    const replaced = join(artifacts, `.replaced-${facts.version}-${process.pid}`);
    if (existsSync(final)) await rename(final, replaced);
    await rename(temporary, final);
    await syncFolder(artifacts);
    await rm(replaced, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return manifest;
}
