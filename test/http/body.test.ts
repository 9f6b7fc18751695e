import assert from 'node:assert/strict';
import { request, type OutgoingHttpHeaders } from 'node:http';
import { after, before, test } from 'node:test';
import { startService, type Service } from './service.js';

let service: Service;
before(async () => {
  service = await startService();
});
after(() => service.remove());

interface Answer {
  status: number;
  body: { query?: string; code?: string; detail?: string; decision_id?: string };
}

/** Sends a body in pieces, each when the one before has left. */
function send(headers: OutgoingHttpHeaders, pieces: Uint8Array[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${service.url}/v1/route`, { method: 'POST', headers }, async (res) => {
      const parts: Buffer[] = [];
      for await (const part of res) parts.push(part as Buffer);
      resolve({ status: res.statusCode!, body: JSON.parse(Buffer.concat(parts).toString()) as Answer['body'] });
    });
    sent.on('error', reject);
    const next = ([first, ...rest]: Uint8Array[]): unknown =>
      first === undefined ? sent.end() : sent.write(first, () => setImmediate(next, rest));
    next(pieces);
  });
}

const TEXT = Buffer.from(JSON.stringify({ query: 'how far is Liège from Köln?', models: ['nobody-é'] }));
const json = { 'content-type': 'application/json' };

/** What says that the text came through whole: the name of the LLM that nobody knows. */
const assertRead = ({ status, body }: Answer, what: string): void => {
  assert.deepEqual([status, body.code], [422, 'unknown_model'], what);
  assert.match(body.detail!, /nobody-é/, what);
};

test('JSON is read however it comes', async () => {
  const [length, mark] = [{ 'content-length': TEXT.length }, Buffer.from([0xef, 0xbb, 0xbf])];
  assertRead(await send({ ...json, ...length }, [TEXT]), 'whole');
  assertRead(
    await send(
      { ...json, ...length },
      Array.from(TEXT, (byte) => Buffer.of(byte)),
    ),
    'a byte at a time',
  );
  assertRead(await send(json, [TEXT.subarray(0, 9), TEXT.subarray(9)]), 'of no length that is told');
  assertRead(
    await send({ 'content-type': 'application/json; charset=utf-8', ...length }, [TEXT]),
    'with its character set',
  );
  assertRead(
    await send({ 'content-type': 'application/json; charset=utf-16', 'content-length': 2 * TEXT.toString().length }, [
      Buffer.from(TEXT.toString(), 'utf16le'),
    ]),
    'in another',
  );
  assertRead(await send({ ...json, 'content-length': TEXT.length + 3 }, [mark, TEXT]), 'after a mark');
});

test('a client that leaves in the middle of its body harms nobody', async () => {
  const sent = request(`${service.url}/v1/route`, {
    method: 'POST',
    headers: { ...json, 'content-length': TEXT.length },
  });
  const closed = new Promise((resolve) => sent.once('close', resolve));
  sent.on('error', () => undefined);
  sent.write(TEXT.subarray(0, 10), () => setTimeout(() => sent.destroy(), 20));
  await closed;
  assertRead(await send({ ...json, 'content-length': TEXT.length }, [TEXT]), 'the next');
});
