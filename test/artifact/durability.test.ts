import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { readArtifact } from '../../src/serving/read.js';
import { temporaryFolder } from '../support/temporary.js';

const CHILD = fileURLToPath(new URL('writer-child.js', import.meta.url));

/** Kills a writer `delayMs` after it has written its first artifact. Answers the versions that it said are written. */
async function killWriter(t: TestContext, folder: string, delayMs: number): Promise<string[]> {
  const child = fork(CHILD, [folder], { silent: true });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  let output = '';
  let errors = '';
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await Promise.race([once(child.stdout!, 'data'), exited]);
  await sleep(delayMs);
  child.kill('SIGKILL');
  const [, signal] = (await exited) as [number | null, NodeJS.Signals | null];
  assert.equal(signal, 'SIGKILL', errors);
  return output.split('\n').slice(0, -1);
}

test('kill -9 of a writer leaves whole versions, and what it said is written', async (t) => {
  let midway = 0;
  for (const delay of [3, 11, 17, 29, 40, 53]) {
    const folder = temporaryFolder();
    t.after(folder.remove);
    const written = await killWriter(t, folder.path, delay);
    const names = readdirSync(folder.path);
    const versions = names.filter((name) => !name.startsWith('.'));
    for (const version of versions) await readArtifact(openArtifactFolder(folder.path), version);
    // Version 0 is away for a moment while it is replaced.
    for (const version of new Set(written))
      assert.ok(
        versions.includes(version) || names.some((name) => name.startsWith(`.replaced-${version}`)),
        `${version} of ${names.join(', ')}`,
      );
    if (names.some((name) => name.startsWith('.'))) midway++;
  }
  assert.ok(midway > 0, 'no writer was killed in the middle');
});
