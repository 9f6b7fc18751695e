import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../../src/base/paths.js';
import { profileSchema } from '../../src/catalog/json-schema.js';

test('the package has the schema that the service answers', () => {
  const kept = JSON.parse(readFileSync(join(packageRoot, 'models/profile.schema.json'), 'utf8')) as unknown;
  assert.deepEqual(kept, JSON.parse(JSON.stringify(profileSchema())), 'run node dist/scripts/profile-schema.js');
});
