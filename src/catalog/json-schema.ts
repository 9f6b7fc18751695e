import { z } from 'zod';
import { LlmProfile } from '../schema/profile.js';
import { RouteProfile } from './routeprofile.js';

/** Where a running service answers it. */
export const PROFILE_SCHEMA_PATH = '/v1/schemas/profile.json';

/** What a file of profiles may hold, as JSON Schema, so that editors complete and check it. */
export function profileSchema(): Record<string, unknown> {
  const profile = z.union([LlmProfile, RouteProfile]);
  return {
    title: 'Pointsman profiles of LLMs',
    ...z.toJSONSchema(z.union([profile, z.array(profile)]), { io: 'input', reused: 'inline' }),
  };
}
