import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSseReader, writeComment, writeEvent, writeRetry } from '../../src/protocol/sse.js';

/** What is read of a stream that comes in these parts, a word each. */
function read(parts: readonly (string | Uint8Array)[], maxChars?: number): unknown[] {
  const seen: unknown[] = [];
  const reader = createSseReader(
    {
      event: ({ event, id, data }) => seen.push([event, id, data]),
      comment: (text) => seen.push(`comment ${text}`),
      retry: (ms) => seen.push(`retry ${ms}`),
      tooLong: () => seen.push('too long'),
    },
    maxChars,
  );
  for (const part of parts) reader.push(typeof part === 'string' ? Buffer.from(part) : part);
  reader.end();
  return seen;
}

describe('a reader of server-sent events', () => {
  test('reads events, comments and waits', () => {
    const stream = ': hi\n\nretry: 3000\nevent: ping\nid: 7\ndata: {"a":1}\ndata: x\n\ndata:[DONE]\n\n';
    assert.deepEqual(read([stream]), [
      'comment hi',
      'retry 3000',
      ['ping', '7', '{"a":1}\nx'],
      [undefined, undefined, '[DONE]'],
    ]);
  });

  test('reads the same in parts of any length, with any end of line', () => {
    for (const end of ['\n', '\r\n']) {
      const bytes = Buffer.from(`\uFEFFevent: a${end}data: é😀"${end}${end}: c${end}data: 2${end}${end}`);
      const whole = read([bytes]);
      assert.deepEqual(whole, [['a', undefined, 'é😀"'], 'comment c', [undefined, undefined, '2']]);
      for (let size = 1; size < bytes.length; size++) {
        const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
          bytes.subarray(i * size, (i + 1) * size),
        );
        assert.deepEqual(read(parts), whole, `parts of ${size}`);
      }
    }
  });

  test('reads a last event without the blank line behind it', () => {
    assert.deepEqual(read(['data: 1\n\ndata: [DONE]']), [
      [undefined, undefined, '1'],
      [undefined, undefined, '[DONE]'],
    ]);
    assert.deepEqual(read(['data: 1\r\n\r']), [[undefined, undefined, '1']]);
  });

  test('ends at an event that is too long, in one part or in many', () => {
    const long = `data: ${'x'.repeat(100)}\n\n`;
    const after = 'data: 2\n\n';
    const expected = [[undefined, undefined, '1'], 'too long'];
    assert.deepEqual(read([`data: 1\n\n${long}${after}`], 64), expected);
    assert.deepEqual(read(['data: 1\n\n', ...long, after], 64), expected);
    assert.deepEqual(read(['data: 1\n\n', `${'data: x\n'.repeat(60)}`, '\n', after], 64), expected);
  });
});

test('what is written reads as it was', () => {
  const events = [
    { event: undefined, data: '{"a":"é\\n"}' },
    { event: 'message_start', id: '1', data: 'a\nb\n' },
  ];
  const text = `${writeComment('hi')}${writeRetry(5)}${events.map(writeEvent).join('')}`;
  assert.deepEqual(read([text]), [
    'comment hi',
    'retry 5',
    [undefined, undefined, '{"a":"é\\n"}'],
    ['message_start', '1', 'a\nb\n'],
  ]);
});
