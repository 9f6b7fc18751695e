import type { z } from 'zod';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

/** What settings are of, and where they are kept. */
export interface SettingsParts<S extends z.ZodType<object>> {
  path: string;
  tag: string;
  /** What they say, to begin a sentence with: "How long decisions are kept". */
  about: string;
  schema: S;
  get(): z.output<S> | Promise<z.output<S>>;
  /** Keeps them, and brings them into force. */
  put(settings: z.output<S>): void | Promise<void>;
}

/** Settings that are read and set whole. */
export function settingsOperations<S extends z.ZodType<object>>({
  path,
  tag,
  about,
  schema,
  get,
  put,
}: SettingsParts<S>): Operation[] {
  return [
    operation({
      method: 'GET',
      path,
      tag,
      scope: 'read',
      writes: false,
      summary: about,
      answers: { 200: { description: 'The settings', schema } },
      errors: [],
      run: () => get(),
    }),
    operation({
      method: 'PUT',
      path,
      tag,
      scope: 'admin',
      writes: true,
      summary: `Set ${about[0]!.toLowerCase()}${about.slice(1)}`,
      description: 'What is left out is as by default.',
      body: requiredBody(schema),
      answers: { 200: { description: 'Set', schema } },
      errors: [],
      async run({ body: settings }) {
        await put(settings);
        return settings;
      },
    }),
  ];
}
