/**
 * Writes `models/profile.schema.json`, which editors check profiles by: `node dist/scripts/profile-schema.js`. A test
 * holds it to what the service answers.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../src/base/paths.js';
import { profileSchema } from '../src/catalog/json-schema.js';

writeFileSync(join(packageRoot, 'models/profile.schema.json'), `${JSON.stringify(profileSchema(), null, 2)}\n`);
