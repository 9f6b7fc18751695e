import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import type { ArtifactFiles } from '../../src/artifact/files/types.js';

/** One place to keep artifacts, empty. */
export interface FilesUnderTest {
  files: ArtifactFiles;
  /** The same place, opened again as another process would. */
  again(): ArtifactFiles;
  remove(): Promise<void> | void;
}

const [A, B] = ['00000000000000aa', '00000000000000bb'] as const;
const NOT_FOUND = { code: 'file_not_found' };
const text = (content: Buffer): string => content.toString('utf8');

/** What every place keeps to that artifacts are kept in. */
export function filesConformance(name: string, setUp: () => Promise<FilesUnderTest> | FilesUnderTest): void {
  describe(`artifacts in ${name}`, () => {
    let place: FilesUnderTest;
    let files: ArtifactFiles;
    beforeEach(async () => {
      place = await setUp();
      ({ files } = place);
    });
    afterEach(() => place.remove());

    test('are none at first', async () => {
      assert.deepEqual(await files.list(), []);
      assert.equal(await files.stamp(A), '');
      await assert.rejects(files.read(A, 'manifest.json'), NOT_FOUND);
      await assert.rejects(files.open(A, 'manifest.json'), NOT_FOUND);
    });

    test('are read as they were written, here and by others', async () => {
      const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251);
      await files.write(A, { 'weights.safetensors': bytes, 'manifest.json': '{"ü": 1}', empty: '' });
      for (const reader of [files, place.again()]) {
        assert.deepEqual(new Uint8Array(await reader.read(A, 'weights.safetensors')), bytes);
        assert.equal(text(await reader.read(A, 'manifest.json')), '{"ü": 1}');
        assert.equal((await reader.read(A, 'empty')).length, 0);
        assert.deepEqual(await reader.list(), [A]);
      }
      await assert.rejects(files.read(A, 'other'), NOT_FOUND);
      await assert.rejects(files.read(B, 'manifest.json'), NOT_FOUND);
    });

    test('are opened whole and in parts, as often as one likes', async () => {
      await files.write(A, { digits: '0123456789', empty: '' });
      const file = await files.open(A, 'digits');
      assert.equal(file.bytes, 10);
      assert.ok(Math.abs(Date.now() - file.modified.getTime()) < 60_000);
      assert.equal(text(await buffer(file.stream())), '0123456789');
      assert.equal(text(await buffer(file.stream({ start: 3, end: 5 }))), '34');
      assert.equal(text(await buffer(file.stream({ start: 9, end: 10 }))), '9');
      assert.equal(text(await buffer(file.stream())), '0123456789');
      const empty = await files.open(A, 'empty');
      assert.equal(empty.bytes, 0);
      assert.equal((await buffer(empty.stream())).length, 0);
      await file.close();
      await empty.close();
    });

    test('are no shorter than asked for', async () => {
      await files.write(A, { digits: '0123456789' });
      const file = await files.open(A, 'digits');
      await assert.rejects(buffer(file.stream({ start: 8, end: 12 })));
      await file.close();
    });

    test('are replaced as a whole', async () => {
      await files.write(A, { one: 'former', two: 'former' });
      await files.write(A, { one: 'new' });
      assert.equal(text(await files.read(A, 'one')), 'new');
      await assert.rejects(files.read(A, 'two'), NOT_FOUND);
      assert.deepEqual(await files.list(), [A]);
    });

    test('are listed by version', async () => {
      await files.write(A, { one: 'x' });
      await files.write(B, { one: 'y' });
      assert.deepEqual((await files.list()).toSorted(), [A, B]);
      assert.equal(text(await files.read(B, 'one')), 'y');
    });

    test('have a stamp that changes when their files do, and only then', async () => {
      await files.write(A, { one: 'x' });
      const first = await files.stamp(A);
      await files.write(B, { one: 'other' });
      assert.equal(await files.stamp(A), first);
      assert.equal(await place.again().stamp(A), first);
      await files.write(A, { one: 'longer than before' });
      assert.notEqual(await files.stamp(A), first);
      assert.notEqual(first, '');
    });

    test('stay where they are kept, whatever they are called', async () => {
      await files.write(A, { one: 'x' });
      for (const odd of ['..', '.', '', '../x', `../${A}/one`, '/etc/passwd', 'a/b', 'a\\b', 'one\0', '.hidden']) {
        await assert.rejects(files.read(A, odd), NOT_FOUND, odd);
        await assert.rejects(files.open(A, odd), NOT_FOUND, odd);
        await assert.rejects(files.read(odd, 'one'), NOT_FOUND, odd);
        await assert.rejects(files.write(odd, { one: 'x' }), odd);
        await assert.rejects(files.write(A, { [odd]: 'x' }), odd);
        assert.equal(await files.stamp(odd), '');
      }
      assert.equal(text(await files.read(A, 'one')), 'x');
      assert.deepEqual(await files.list(), [A]);
    });
  });
}
