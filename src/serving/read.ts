import { PointsmanError, messageOf } from '../base/errors.js';
import { sha256 } from '../base/hash.js';
import { parse } from '../schema/parse.js';
import type { ArtifactFiles } from '../artifact/files/types.js';
import type { TrainedModel } from '../artifact/model.js';
import { checkModel, isTrainable } from './routers.js';
import { BASELINES_SINCE, FORMAT, MANIFEST_FILE, Manifest, WEIGHTS_FILE } from '../artifact/manifest.js';
import { decodeSafetensors } from '../artifact/safetensors.js';

async function readPart(files: ArtifactFiles, version: string, name: string): Promise<Buffer> {
  try {
    return await files.read(version, name);
  } catch (error) {
    throw new PointsmanError('artifact_damaged', `${version}/${name} can't be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** An artifact, read. */
export interface Artifact {
  manifest: Manifest;
  model: TrainedModel;
}

/**
 * Reads an artifact and verifies all of it: manifest, checksum, shapes, numbers. Throws `artifact_damaged`, saying what
 * is wrong.
 */
export async function readArtifact(files: ArtifactFiles, version: string): Promise<Artifact> {
  const [manifestName, weightsName] = [`${version}/${MANIFEST_FILE}`, `${version}/${WEIGHTS_FILE}`];
  const text = (await readPart(files, version, MANIFEST_FILE)).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new PointsmanError('artifact_damaged', `${manifestName} is not JSON: ${messageOf(error)}`, { cause: error });
  }
  const earlier = (format: number): PointsmanError =>
    new PointsmanError(
      'artifact_damaged',
      `${version} was written by an earlier version of Pointsman (format ${format}, expected ${FORMAT}): train again`,
    );
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === 'number' && format < BASELINES_SINCE) throw earlier(format);
  const manifest = parse(Manifest, json, 'artifact_damaged', manifestName);
  if (manifest.format < FORMAT && isTrainable(manifest.router)) throw earlier(manifest.format);
  if ((manifest.version as string) !== version)
    throw new PointsmanError('artifact_damaged', `${version} holds version ${manifest.version}`);
  const weights = await readPart(files, version, WEIGHTS_FILE);
  const listed = manifest.files.find((f) => f.name === WEIGHTS_FILE);
  if (listed === undefined || listed.sha256 !== sha256(weights))
    throw new PointsmanError(
      'artifact_damaged',
      `${weightsName} has ${weights.byteLength} bytes that do not match the manifest’s checksum`,
    );
  const tables = decodeSafetensors(weights);
  for (const [name, shape] of Object.entries(manifest.tensors)) {
    if (tables[name]?.shape.join() !== shape.join())
      throw new PointsmanError(
        'artifact_damaged',
        `${version}: tensor ${name} has not the shape [${shape.join(', ')}] that the manifest says`,
      );
  }
  const { router, encoder, hops, llms, families, tasks, domains, kinds, benchmarks, anchors } = manifest;
  const names = { router, encoder, hops, llms, families, tasks, domains, kinds, benchmarks, anchors };
  const model: TrainedModel = { names, tables };
  checkModel(model, version);
  return { manifest, model };
}

/** Throws `artifact_damaged` where an artifact's weights read vectors of another encoder. */
export function checkEncoder({ version, encoder }: Manifest, running: string): void {
  if (encoder !== running)
    throw new PointsmanError(
      'artifact_damaged',
      `version ${version} was trained with the encoder ${encoder}, and this process runs ${running}`,
    );
}
