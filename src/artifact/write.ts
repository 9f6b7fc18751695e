import { sha256 } from '../base/hash.js';
import type { ArtifactFiles } from './files/types.js';
import { MAP_FILE, type StoredMap } from './map.js';
import type { TrainedModel } from './model.js';
import {
  FORMAT,
  MANIFEST_FILE,
  PROFILES_FILE,
  QUOTED_FILE,
  WEIGHTS_FILE,
  type Manifest,
  type ProfileTexts,
} from './manifest.js';
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
  | 'weigh'
  | 'continues'
  | 'reference'
  | 'status'
  | 'comparison'
  | 'serve'
  | 'metrics'
>;

/** What an artifact may hold beside its weights. */
export interface ArtifactExtras {
  /** LLMs' profiles as texts, and the hashes of the queries that these quote. */
  texts?: ProfileTexts;
  quoted?: Iterable<string>;
  /** What it learned, to be looked at. */
  map?: StoredMap;
}

/** Writes a model as an artifact: its weights, what is beside them, and the manifest of it all. */
export async function writeArtifact(
  files: ArtifactFiles,
  model: TrainedModel,
  facts: ManifestFacts,
  { texts, quoted = [], map }: ArtifactExtras = {},
): Promise<Manifest> {
  const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
  const more: Record<string, Buffer> = {
    ...(texts !== undefined && { [PROFILES_FILE]: json(texts), [QUOTED_FILE]: json([...quoted].toSorted()) }),
    ...(map !== undefined && { [MAP_FILE]: Buffer.from(JSON.stringify(map)) }),
  };
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
    domains: names.domains,
    kinds: names.kinds,
    benchmarks: names.benchmarks,
    anchors: names.anchors,
    tensors: Object.fromEntries(Object.entries(model.tables).map(([name, { shape }]) => [name, shape])),
    files: Object.entries({ [WEIGHTS_FILE]: weights, ...more }).map(([name, bytes]) => ({
      name,
      bytes: bytes.byteLength,
      sha256: sha256(bytes),
    })),
  };
  await files.write(facts.version, {
    [WEIGHTS_FILE]: weights,
    ...more,
    [MANIFEST_FILE]: `${JSON.stringify(manifest, null, 2)}\n`,
  });
  return manifest;
}
