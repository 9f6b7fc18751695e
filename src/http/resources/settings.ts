import type { z } from 'zod';
import type { ErrorCode } from '../../base/errors.js';
import type { SettingsByKind, SettingsStore } from '../../store/ports/settings.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

/** What settings are of. */
export interface SettingsParts<Kind extends keyof SettingsByKind> {
  path: string;
  tag: string;
  /** What they say, to begin a sentence with: "How long decisions are kept". */
  about: string;
  kind: Kind;
  schema: z.ZodType<SettingsByKind[Kind]>;
  /** As they are answered: without secrets. All of them unless given. */
  shown?(settings: SettingsByKind[Kind]): SettingsByKind[Kind];
  /** What to keep of settings that are to take the place of `before`; throws `invalid_request`, or one of `errors`. */
  kept?(
    wanted: SettingsByKind[Kind],
    before: SettingsByKind[Kind],
  ): SettingsByKind[Kind] | Promise<SettingsByKind[Kind]>;
  errors?: readonly ErrorCode[];
}

/** Settings that are read and set whole. */
export function settingsOperations<Kind extends keyof SettingsByKind>(
  settings: SettingsStore,
  { path, tag, about, kind, schema, shown = (all) => all, kept = (wanted) => wanted, errors = [] }: SettingsParts<Kind>,
): Operation[] {
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
      run: async () => shown(await settings.get(kind)),
    }),
    operation({
      method: 'PUT',
      path,
      tag,
      scope: 'admin',
      writes: ['settings'],
      summary: `Set ${about[0]!.toLowerCase()}${about.slice(1)}`,
      description: 'What is left out is as by default.',
      body: requiredBody(schema),
      answers: { 200: { description: 'Set', schema } },
      errors,
      async run({ body }) {
        const wanted = await kept(body, await settings.get(kind));
        await settings.put(kind, wanted);
        return shown(wanted);
      },
    }),
  ];
}
