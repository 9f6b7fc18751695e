import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../base/hash.js';
import type { TrainedModel } from '../scoring/model.js';
import { MANIFEST_FILE, WEIGHTS_FILE, type Manifest } from './manifest.js';
import { encodeSafetensors } from './safetensors.js';

/** What the writer can't know by itself. */
export type ManifestFacts = Pick<Manifest, 'version' | 'created_at' | 'snapshot' | 'design' | 'seed' | 'backend' | 'ledger_rows' | 'metrics'>;

async function writeDurably(path: string, content: Buffer | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
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
    format: 1,
    ...facts,
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
  try {
    await writeDurably(join(temporary, WEIGHTS_FILE), weights);
    await writeDurably(join(temporary, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    // A folder that is there already was damaged, or is the same: its name is made from what it was trained from.
    if (existsSync(final)) await rm(final, { recursive: true });
    await rename(temporary, final);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  return manifest;
}
