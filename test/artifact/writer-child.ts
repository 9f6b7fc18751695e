/** Writes artifacts of some megabytes one after another, and says so, until it is killed. */
import { writeSync } from 'node:fs';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { writeArtifact } from '../../src/artifact/write.js';
import type { Version } from '../../src/schema/ids.js';
import { blankModel, factsOf } from '../support/model.js';

const [folder = ''] = process.argv.slice(2);
const files = openArtifactFolder(folder);
const model = blankModel();
model.tables['ballast'] = { shape: [1_000_000], data: new Float32Array(1_000_000).fill(0.5) };
for (let number = 0; ; number++) {
  // Every fourth time a version that is there already.
  const version = (number % 4 === 3 ? 0 : number).toString(16).padStart(16, '0') as Version;
  await writeArtifact(files, model, factsOf(version));
  writeSync(1, `${version}\n`);
}
