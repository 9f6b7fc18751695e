import { z } from 'zod';
import { Version } from '../../schema/ids.js';
import { ArtifactSummary } from '../../schema/training.js';
import { versionNotFound } from '../../serving/version-not-found.js';
import type { ArtifactRecord } from '../../store/ports/artifacts.js';
import type { Context } from '../context.js';
import { fileReply } from '../kit/answer.js';
import { operation, type Operation } from '../kit/operation.js';

const WeightList = z
  .strictObject({ weights: z.array(ArtifactSummary) })
  .meta({ id: 'WeightList', description: 'Trained versions, newest first' });

/** The content of a file is the file's own matter. */
const FileBytes = z.unknown();
const FILE_TYPES = ['application/octet-stream', 'application/json'] as const;

const version = { schema: Version, description: 'Version of a trained artifact', refuse: versionNotFound };

function summaryOf({ ledger_rows: _rows, ...summary }: ArtifactRecord): ArtifactSummary {
  return summary;
}

function contentTypeOf(file: string): string {
  return file.endsWith('.json') ? 'application/json; charset=utf-8' : 'application/octet-stream';
}

export function weightOperations({ ledger, artifacts }: Pick<Context, 'ledger' | 'artifacts'>): Operation[] {
  async function artifactOf(name: string): Promise<ArtifactRecord> {
    const artifact = await ledger.artifacts.get(name);
    if (artifact === undefined) throw versionNotFound(name);
    return artifact;
  }

  return [
    operation({
      method: 'GET',
      path: '/v1/weights',
      tag: 'weights',
      scope: 'read',
      writes: false,
      summary: 'List trained versions',
      answers: { 200: { description: 'Versions, newest first', schema: WeightList } },
      errors: [],
      run: async () => ({ weights: (await ledger.artifacts.list()).map(summaryOf) }),
    }),
    operation({
      method: 'GET',
      path: '/v1/weights/{version}',
      tag: 'weights',
      scope: 'read',
      writes: false,
      summary: 'Read what a version was trained from and how it measured',
      params: { version },
      answers: { 200: { description: 'The version', schema: ArtifactSummary } },
      errors: ['version_not_found'],
      run: async ({ params }) => summaryOf(await artifactOf(params.version)),
    }),
    operation({
      method: 'POST',
      path: '/v1/weights/{version}/activate',
      tag: 'weights',
      scope: 'admin',
      writes: ['artifacts'],
      summary: 'Put a version in force',
      state: () => ledger.artifacts.activeVersion(),
      params: { version },
      answers: { 200: { description: 'In force now', schema: ArtifactSummary } },
      errors: ['version_not_found', 'artifact_damaged'],
      async run({ params }) {
        await artifacts.activate((await artifactOf(params.version)).version);
        return summaryOf(await artifactOf(params.version));
      },
    }),
    operation({
      method: 'GET',
      path: '/v1/weights/{version}/{file}',
      tag: 'weights',
      scope: 'read',
      writes: false,
      summary: 'Download a file of a version',
      description: 'Ranges and conditions are honoured; the weights’ ETag is their SHA-256, and the manifest has none.',
      params: { version, file: { schema: z.string().max(1000), description: 'Name of one of its files' } },
      streams: true,
      answers: {
        200: { description: 'The file', schema: FileBytes, types: FILE_TYPES },
        206: { description: 'The part of it that `Range` asks for', schema: FileBytes, types: FILE_TYPES },
        304: { description: 'It is as the request’s conditions have it' },
      },
      errors: ['version_not_found', 'file_not_found'],
      async run({ params: { version: wanted, file: name } }) {
        const artifact = await artifactOf(wanted);
        const file = await artifacts.open(artifact.version, name);
        return fileReply(file, {
          'Content-Type': contentTypeOf(name),
          ...(file.sha256 === null ? {} : { ETag: `"${file.sha256}"` }),
          'Content-Disposition': `attachment; filename="${artifact.version}-${name}"`,
        });
      },
    }),
  ];
}
