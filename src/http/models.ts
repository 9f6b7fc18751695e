import type { Request, Response } from 'express';
import { stringify } from 'yaml';
import { z } from 'zod';
import { PointsmanError } from '../base/errors.js';
import { LlmId } from '../schema/ids.js';
import { describe, parse } from '../schema/parse.js';
import { LlmProfile } from '../schema/profile.js';
import { bodyOf, isYaml, JSON_TYPE, YAML_TYPES, yamlOf } from './body.js';
import { pathParameter, type Context } from './context.js';
import { sendJson, type Resource } from './resource.js';

const ModelList = z
  .strictObject({ models: z.array(LlmProfile) })
  .meta({ id: 'ModelList', description: 'All LLMs of the catalogue' });
/** A profile as it is put: the id is the path's, and may be left out. */
const ProfileBody = LlmProfile.partial({ id: true }).meta({
  id: 'LlmProfileBody',
  description: 'Declared facts of one LLM; `id` is the path’s, and may be left out',
});

const TYPES = [JSON_TYPE, ...YAML_TYPES];

/** JSON or YAML, whichever the client would rather have. Throws `not_acceptable`, before anything is changed. */
function preferredType(req: Request): string {
  const type = req.accepts(TYPES);
  if (type === false)
    throw new PointsmanError(
      'not_acceptable',
      `Accept: expected one of ${TYPES.join(', ')}, got ${describe(req.headers.accept)}`,
    );
  return type;
}

function sendAs(type: string, res: Response, status: number, value: unknown): void {
  res.setHeader('Vary', 'Accept');
  if (type === JSON_TYPE) return sendJson(res, status, JSON.stringify(value));
  const text = stringify(value);
  res.writeHead(status, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Length': Buffer.byteLength(text) });
  res.end(text);
}

export function idOf(req: Request): LlmId {
  return parse(LlmId, pathParameter(req, 'id'), 'invalid_request', 'id in the path');
}

export function notFound(id: string): PointsmanError {
  return new PointsmanError(
    'model_not_found',
    `There is no LLM ${JSON.stringify(id)}; GET /v1/models lists those there are`,
  );
}

/** The profile that a PUT sets. Throws `invalid_request` where the body's id is another than the path's. */
function profileOf(req: Request, id: LlmId): LlmProfile {
  const body = bodyOf(req, TYPES);
  const declared = parse(ProfileBody, isYaml(req) ? yamlOf(String(body)) : body);
  if (declared.id !== undefined && declared.id !== id) {
    const issue = {
      field: 'id',
      expected: `the path's id ${JSON.stringify(id)}, or none`,
      received: JSON.stringify(declared.id),
    };
    throw new PointsmanError('invalid_request', `id: expected ${issue.expected}, got ${issue.received}`, {
      issues: [issue],
    });
  }
  return { ...declared, id };
}

export function modelResources({ ledger, index, load, readJson, readYaml }: Context): Resource[] {
  const { catalog } = ledger;
  return [
    {
      path: '/v1/models',
      tag: 'models',
      operations: {
        get: {
          summary: 'List LLM profiles',
          answers: { 200: { description: 'All profiles, by id', schema: ModelList, types: TYPES } },
          errors: ['not_acceptable'],
          handlers: [(req, res) => sendAs(preferredType(req), res, 200, { models: catalog.listLlms() })],
        },
      },
    },
    {
      path: '/v1/models/{id}',
      tag: 'models',
      parameters: {
        id: { schema: LlmId, raw: true, description: 'Id of an LLM. Slashes may stand as they are or as %2F.' },
      },
      operations: {
        get: {
          summary: 'Read an LLM profile',
          answers: { 200: { description: 'The profile', schema: LlmProfile, types: TYPES } },
          errors: ['model_not_found', 'not_acceptable'],
          handlers: [
            (req, res) => {
              const id = idOf(req);
              const profile = catalog.getLlm(id);
              if (profile === undefined) throw notFound(id);
              sendAs(preferredType(req), res, 200, profile);
            },
          ],
        },
        put: {
          summary: 'Add an LLM or replace its profile',
          description:
            'It is a candidate, by what is declared of it, once this is answered; of an LLM that was trained ' +
            'on, prices count at once and the rest at the next training.',
          body: { schema: ProfileBody, required: true, types: TYPES },
          answers: {
            200: { description: 'Replaced', schema: LlmProfile, types: TYPES },
            201: { description: 'Added', schema: LlmProfile, types: TYPES },
          },
          errors: ['invalid_yaml', 'not_acceptable'],
          handlers: [
            readJson,
            readYaml,
            async (req, res) => {
              const type = preferredType(req);
              const profile = profileOf(req, idOf(req));
              const created = catalog.putLlm(profile);
              await index.refresh();
              load.refresh();
              sendAs(type, res, created ? 201 : 200, profile);
            },
          ],
        },
        delete: {
          summary: 'Take an LLM out of the candidates',
          description: 'Its interactions are kept.',
          answers: { 204: { description: 'Taken out' } },
          errors: ['model_not_found'],
          handlers: [
            async (req, res) => {
              const id = idOf(req);
              if (!catalog.deleteLlm(id)) throw notFound(id);
              await index.refresh();
              load.refresh();
              res.writeHead(204).end();
            },
          ],
        },
      },
    },
  ];
}
