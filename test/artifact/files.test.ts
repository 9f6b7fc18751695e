import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { temporaryFolder } from '../support/temporary.js';
import { filesConformance } from './files-conformance.js';

filesConformance('a folder', () => {
  const folder = temporaryFolder();
  return {
    files: openArtifactFolder(folder.path),
    again: () => openArtifactFolder(folder.path),
    remove: folder.remove,
  };
});

const VERSION = '00000000000000aa';

/** A version of one file, opened, and the path of that file. */
async function openedIn(t: TestContext, content: string) {
  const folder = temporaryFolder();
  const files = openArtifactFolder(folder.path);
  await files.write(VERSION, { file: content });
  const opened = await files.open(VERSION, 'file');
  t.after(async () => {
    await opened.close();
    folder.remove();
  });
  return { files, opened, folder: folder.path, path: join(folder.path, VERSION, 'file') };
}

test('a file that is open is read as it was, whatever takes its place', async (t) => {
  const { files, opened } = await openedIn(t, 'former');
  await files.write(VERSION, { file: 'the one that took its place' });
  assert.equal(await text(opened.stream()), 'former');
});

test('of a file that grew, what it was is read', async (t) => {
  for (const content of ['former', '']) {
    const { opened, path } = await openedIn(t, content);
    appendFileSync(path, 'more');
    assert.equal(await text(opened.stream()), content);
  }
});

test('a file that became shorter cannot be read to its end', async (t) => {
  const { opened, path } = await openedIn(t, 'former');
  truncateSync(path, 3);
  await assert.rejects(buffer(opened.stream()), { message: `${path}: expected at least 6 bytes, got 3` });
  assert.equal(await text(opened.stream({ start: 1, end: 3 })), 'or');
});

test('a folder is no file', async (t) => {
  const { files, folder } = await openedIn(t, 'x');
  mkdirSync(join(folder, VERSION, 'folder'));
  await assert.rejects(files.open(VERSION, 'folder'), { code: 'file_not_found' });
});
