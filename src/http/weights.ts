import type { Request } from 'express';
import { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import type { ArtifactRecord } from '../store/ports/artifacts.js';
import { Version } from '../schema/ids.js';
import { ArtifactSummary } from '../schema/training.js';
import { pathParameter, type Context } from './context.js';
import { sendJson, type Resource } from './resource.js';

const WeightList = z
  .strictObject({ weights: z.array(ArtifactSummary) })
  .meta({ id: 'WeightList', description: 'Trained versions, newest first' });

const version = { schema: Version, description: 'Version of a trained artifact' };

/** A plain name: nothing that could lead out of a folder, whatever the store makes of it. */
const FILE_NAME = /^\w[\w.-]*$/;

function summaryOf({ ledger_rows: _rows, ...summary }: ArtifactRecord): ArtifactSummary {
  return summary;
}

function contentTypeOf(file: string): string {
  return file.endsWith('.json') ? 'application/json; charset=utf-8' : 'application/octet-stream';
}

export function weightResources({ ledger, artifacts }: Context): Resource[] {
  /** The artifact that the path names. Throws `version_not_found`, also for what can't be a version. */
  function artifactOf(req: Request): ArtifactRecord {
    const name = pathParameter(req, 'version');
    const artifact = Version.safeParse(name).success ? ledger.getArtifact(name) : undefined;
    if (artifact === undefined)
      throw new PointsmanError(
        'version_not_found',
        `There is no version ${JSON.stringify(name)}; GET /v1/weights lists those there are`,
      );
    return artifact;
  }

  return [
    {
      path: '/v1/weights',
      tag: 'weights',
      operations: {
        get: {
          summary: 'List trained versions',
          answers: { 200: { description: 'Versions, newest first', schema: WeightList } },
          errors: [],
          handlers: [
            (_req, res) => sendJson(res, 200, JSON.stringify({ weights: ledger.listArtifacts().map(summaryOf) })),
          ],
        },
      },
    },
    {
      path: '/v1/weights/{version}',
      tag: 'weights',
      parameters: { version },
      operations: {
        get: {
          summary: 'Read what a version was trained from and how it measured',
          answers: { 200: { description: 'The version', schema: ArtifactSummary } },
          errors: ['version_not_found'],
          handlers: [(req, res) => sendJson(res, 200, JSON.stringify(summaryOf(artifactOf(req))))],
        },
      },
    },
    {
      path: '/v1/weights/{version}/activate',
      tag: 'weights',
      parameters: { version },
      operations: {
        post: {
          summary: 'Put a version in force',
          answers: { 200: { description: 'In force now', schema: ArtifactSummary } },
          errors: ['version_not_found', 'artifact_damaged'],
          handlers: [
            async (req, res) => {
              await artifacts.activate(artifactOf(req).version);
              sendJson(res, 200, JSON.stringify(summaryOf(artifactOf(req))));
            },
          ],
        },
      },
    },
    {
      path: '/v1/weights/{version}/{file}',
      tag: 'weights',
      parameters: { version, file: { schema: z.string(), description: 'Name of one of its files' } },
      operations: {
        get: {
          summary: 'Download a file of a version',
          description: 'Ranges and `If-None-Match` are honoured; the weights’ ETag is their SHA-256.',
          answers: {
            200: {
              description: 'The file',
              schema: z.string(),
              types: ['application/octet-stream', 'application/json'],
            },
          },
          errors: ['version_not_found', 'file_not_found'],
          handlers: [
            (req, res, next) => {
              const artifact = artifactOf(req);
              const name = pathParameter(req, 'file');
              if (!FILE_NAME.test(name))
                throw new PointsmanError(
                  'file_not_found',
                  `Version ${artifact.version} has no file ${JSON.stringify(name)}`,
                );
              const path = artifacts.filePath(artifact.version, name);
              const listed = artifact.files.find((file) => file.name === name);
              res.setHeader('Content-Type', contentTypeOf(name));
              if (listed !== undefined) res.setHeader('ETag', `"${listed.sha256}"`);
              res.setHeader('X-Content-Type-Options', 'nosniff');
              res.setHeader('Content-Disposition', `attachment; filename="${artifact.version}-${name}"`);
              // The data folder may well be below a dot folder, such as ~/.pointsman.
              res.sendFile(path, { dotfiles: 'allow', cacheControl: false, etag: false }, (error) => {
                if (error !== undefined && !res.destroyed) next(error);
              });
            },
          ],
        },
      },
    },
  ];
}
