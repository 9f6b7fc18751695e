import type { z } from 'zod';
import { parse } from '../schema/parse.js';
import { bodyOf } from './body.js';
import type { Context } from './context.js';
import { sendJson, type Resource } from './resource.js';

/** What settings are of, and where they are kept. */
export interface SettingsParts<S extends z.ZodType> {
  path: string;
  tag: string;
  /** What they say, to begin a sentence with: "How long decisions are kept". */
  about: string;
  schema: S;
  get(): z.output<S>;
  /** Keeps them, and brings them into force. */
  put(settings: z.output<S>): void;
}

/** Settings that are read and set whole. */
export function settingsResource<S extends z.ZodType>(
  { path, tag, about, schema, get, put }: SettingsParts<S>,
  { readJson }: Pick<Context, 'readJson'>,
): Resource {
  return {
    path,
    tag,
    operations: {
      get: {
        summary: about,
        answers: { 200: { description: 'The settings', schema } },
        errors: [],
        handlers: [(_req, res) => sendJson(res, 200, JSON.stringify(get()))],
      },
      put: {
        summary: `Set ${about[0]!.toLowerCase()}${about.slice(1)}`,
        description: 'What is left out is as by default.',
        body: { schema, required: true },
        answers: { 200: { description: 'Set', schema } },
        errors: [],
        handlers: [
          readJson,
          (req, res) => {
            const settings = parse(schema, bodyOf(req));
            put(settings);
            sendJson(res, 200, JSON.stringify(settings));
          },
        ],
      },
    },
  };
}
