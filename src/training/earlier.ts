import type { ArtifactFiles } from '../artifact/files/types.js';
import type { Manifest } from '../artifact/manifest.js';
import { PointsmanError } from '../base/errors.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Encoder } from '../encoder/types.js';
import { canContinue } from '../learned/train/gnn.js';
import type { GnnOptions } from '../learned/train/options.js';
import type { Weights } from '../math/weights.js';
import { DESIGNS } from '../profile/design.js';
import { baselineByName, BASELINES } from '../router/baselines.js';
import type { Baseline } from '../router/types.js';
import type { Comparison, DesignName } from '../schema/training.js';
import { readArtifact, type Artifact } from '../serving/read.js';
import { isTrainable } from '../serving/routers.js';

/** An artifact; null where there is none, or not whole. */
export async function readIfWhole(artifacts: ArtifactFiles, version: string | null): Promise<Artifact | null> {
  if (version === null) return null;
  try {
    return await readArtifact(artifacts, version);
  } catch (error) {
    if (error instanceof PointsmanError && error.code === 'artifact_damaged') return null;
    throw error;
  }
}

/** Whether it was learned with the encoder and depth of a run. */
export function isAlike(
  { manifest }: Artifact,
  { encoder, design }: { encoder: Encoder; design: DesignName },
): boolean {
  return isTrainable(manifest.router) && manifest.encoder === encoder.id && isOfDesign(manifest, design);
}

/** Designs are told apart by their depth: 0 for flat. */
export function isOfDesign(manifest: Manifest, design: DesignName): boolean {
  return DESIGNS[manifest.design].hops === DESIGNS[design].hops;
}

/**
 * The version that a run is held against besides the one in force, so that losses that are too small to be told from
 * chance do not add up from one version to the next: the first of the line that was let into force, or the last that
 * was better than the reference of its time.
 *
 * @param last the newest learned version of the design
 */
export async function referenceOf(artifacts: ArtifactFiles, last: Artifact | null): Promise<Artifact | null> {
  if (last === null) return null;
  const { version, serve, reference } = last.manifest;
  if (reference !== null) return readIfWhole(artifacts, reference);
  return serve === version ? last : null;
}

/** What a verdict adds where the version in force could not be compared with; empty where it could. */
export function notCompared(version: string | null, inForce: Artifact | null, encoder: Encoder): string {
  if (version === null || inForce?.manifest.encoder === encoder.id) return '';
  const why =
    inForce === null
      ? 'could not be read'
      : `was trained with the encoder ${inForce.manifest.encoder}, and this run reads with ${encoder.id}`;
  return `; the version in force, ${version}, could not be compared: it ${why}`;
}

/** How far a log may have grown since training began from nothing for training to go on from what it learned. */
const MOST_GROWTH = 1.1;

/**
 * The version to go on from: only where training from nothing would take long, and would learn from much the same log.
 */
export function startFrom(
  previous: Artifact | null,
  data: Dataset,
  { queries, options, ledgerRows }: { queries: number; options: GnnOptions; ledgerRows: number },
): { weights: Weights; continues: NonNullable<Manifest['continues']>; comparison: Comparison[] } | null {
  if (previous === null) return null;
  const { version, ledger_rows, continues, comparison } = previous.manifest;
  const began = continues?.began_at_rows ?? ledger_rows;
  if (ledgerRows > MOST_GROWTH * began || !canContinue(data, queries, options, previous.model.tables)) return null;
  return { weights: previous.model.tables, continues: { version, began_at_rows: began }, comparison };
}

/** Baselines that a run which goes on is held against. */
const RIVALS = 2;

/**
 * The best baselines of the run before, and the one in force: on a log that hardly grew, the others would not overtake
 * them.
 */
export function rivalsOf(comparison: readonly Comparison[], inForce: string | undefined): Baseline[] {
  const ranked = comparison
    .filter((c) => c.mean !== null && baselineByName(c.name)?.told === false)
    .toSorted((a, b) => b.mean! - a.mean!);
  const names = new Set([...ranked.slice(0, RIVALS).map((c) => c.name), inForce]);
  return BASELINES.filter((baseline) => names.has(baseline.name));
}
