import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeSafetensors, encodeSafetensors } from '../../src/artifact/safetensors.js';

const TENSORS = {
  'a/matrix': { shape: [2, 3], data: Float32Array.of(1, -2.5, 1e-38, 3.4e38, 0, -0) },
  scalar: { shape: [], data: Float32Array.of(7) },
  'none in it': { shape: [0, 4], data: new Float32Array(0) },
  Größe: { shape: [2], data: Float32Array.of(NaN, Infinity) },
};

/** A file with a header of one's own. */
function fileOf(header: unknown, body = Buffer.alloc(8), claimed?: bigint): Buffer {
  const head = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(head.length));
  return Buffer.concat([length, head, body]);
}

const entry = (more: object): object => ({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...more } });

describe('safetensors', () => {
  test('gives back what was written', () => {
    assert.deepEqual(decodeSafetensors(encodeSafetensors(TENSORS, { format: 'test' })), TENSORS);
    assert.deepEqual(decodeSafetensors(encodeSafetensors({})), {});
  });

  test('begins the numbers at a multiple of eight bytes', () => {
    for (let n = 1; n < 10; n++)
      assert.equal(encodeSafetensors({ ['x'.repeat(n)]: TENSORS.scalar }).readBigUInt64LE() % 8n, 0n);
  });

  test('writes views of larger arrays, and only them', () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    const tables = decodeSafetensors(encodeSafetensors({ x: { shape: [2], data: whole.subarray(1, 3) } }));
    assert.deepEqual(tables['x']!.data, Float32Array.of(2, 3));
  });

  test('reads a file whose header is honest', () => {
    assert.equal(decodeSafetensors(fileOf(entry({})))['x']!.data.length, 2);
  });

  const lies: [what: string, file: Buffer, message: RegExp][] = [
    ['nothing', Buffer.alloc(0), /0 bytes/],
    ['half a length', Buffer.alloc(5), /5 bytes/],
    ['a header longer than the file', fileOf('{}', Buffer.alloc(0), 9n), /claims 9 bytes/],
    ['a header of 2⁶³ bytes', fileOf('{}', Buffer.alloc(0), 2n ** 63n), /claims/],
    ['no JSON', fileOf('{"x"'), /not JSON/],
    ['null', fileOf('null'), /header/],
    ['an array', fileOf('[]'), /header/],
    ['an entry that is none', fileOf({ x: 3 }), /x: expected/],
    ['no offsets', fileOf({ x: { dtype: 'F32', shape: [2] } }), /data_offsets/],
    ['a shape of text', fileOf(entry({ shape: ['2'] })), /shape/],
    ['a negative shape', fileOf(entry({ shape: [-1, -2] })), /shape/],
    ['other numbers than float32', fileOf(entry({ dtype: 'F16' })), /tensor x/],
    ['more numbers than bytes', fileOf(entry({ shape: [3] })), /tensor x/],
    ['offsets past the end', fileOf(entry({ data_offsets: [4, 12] })), /tensor x/],
    ['offsets before the beginning', fileOf(entry({ data_offsets: [-8, 0] })), /data_offsets/],
    ['offsets turned round', fileOf(entry({ data_offsets: [8, 0] })), /tensor x/],
  ];
  for (const [what, file, message] of lies)
    test(`refuses ${what}`, () => {
      assert.throws(() => decodeSafetensors(file), { code: 'artifact_damaged', message });
    });
});
