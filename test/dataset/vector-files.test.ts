import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { removeVectorFiles } from '../../src/dataset/vector-files.js';
import { openVectorStore } from '../../src/store/sqlite/vectors.js';
import { tempFolder } from '../store/support.js';

const HOUR = 3_600_000;

test('files of vectors used longest ago go while all take too much, but none of a training that runs', (t) => {
  const folder = tempFolder(t);
  const now = Date.now();
  const names = ['a', 'b', 'c'].map((letter) => `${letter.repeat(16)}.sqlite`);
  names.forEach((name, i) => {
    writeFileSync(join(folder, name), Buffer.alloc(1_000_000));
    writeFileSync(join(folder, `${name}-shm`), 'x');
    const used = (now - (5 - i) * HOUR) / 1_000;
    utimesSync(join(folder, name), used, used);
  });
  writeFileSync(join(folder, 'notes.txt'), 'somebody else’s');
  const left = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.sqlite'));
  assert.equal(removeVectorFiles(folder, 3, now), 0);
  assert.equal(removeVectorFiles(folder, 2, now), 1);
  assert.deepEqual(left(), names.slice(1));
  assert.equal(existsSync(join(folder, `${names[0]}-shm`)), false);
  utimesSync(join(folder, names[1]!), now / 1_000, now / 1_000);
  assert.equal(removeVectorFiles(folder, 0.5, now), 1);
  assert.deepEqual(left(), [names[1]]);
  assert.ok(existsSync(join(folder, 'notes.txt')));
  assert.equal(removeVectorFiles(join(folder, 'nowhere'), 1, now), 0);
});

test('a store that goes while it is read is read on, and made anew afterwards', (t) => {
  const folder = tempFolder(t);
  const hash = 'ab'.repeat(32);
  const store = openVectorStore(folder, 'e', 2);
  const [number] = store.put([[hash, Float32Array.of(1, 2)]]);
  assert.equal(removeVectorFiles(folder, 0.000_001, Date.now() + 2 * HOUR), 1);
  assert.deepEqual(store.read(number!), Float32Array.of(1, 2));
  assert.deepEqual(openVectorStore(folder, 'e', 2).find([hash]), [undefined]);
});
