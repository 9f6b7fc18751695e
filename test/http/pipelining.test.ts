import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openQueue } from '../../src/queue/index.js';
import { keptLog } from '../decision/parts.js';
import { LEDGER_ID, prepareQueue } from '../support/queue-folder.js';
import { eventually } from '../support/wait.js';
import { addArtifact, postJson, startService, type Service } from './service.js';

const VERSION = '00000000000000aa';
/** 2 MB: of as many requests as follow, more than a connection takes in while nobody reads. */
const VALUES = Array.from({ length: 500_000 }, (_, i) => i);
const REQUESTS = 40;

let service: Service;
/** How often a job was watched. */
let watched = 0;
before(async () => {
  service = await startService({
    queue: async (folder) => {
      await prepareQueue(folder);
      const queue = await openQueue({ dataDir: folder, ledgerId: LEDGER_ID, log: keptLog().log });
      const watch = queue.watch.bind(queue);
      queue.watch = (id, listener) => {
        watched++;
        return watch(id, listener);
      };
      return queue;
    },
  });
  await addArtifact(service, VERSION, VALUES);
});
after(() => service.remove());

const weights = `/v1/weights/${VERSION}/weights.safetensors`;

/** Files of weights that this process has open. */
function openFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).endsWith('weights.safetensors');
    } catch {
      // It was the folder's own, and is closed.
      return false;
    }
  }).length;
}

/** A connection that sent requests of these paths, and reads nothing yet. */
async function pipeline(paths: readonly string[], last = ''): Promise<Socket> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.pause();
  const heads = paths.map(
    (path, i) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${i === paths.length - 1 ? last : ''}\r\n`,
  );
  socket.write(heads.join(''));
  return socket;
}

const noFolder = process.platform === 'linux' ? false : 'only Linux tells which files a process has open';

test('a pipelined connection that closes leaves no file open', { skip: noFolder }, async () => {
  for (let connection = 0; connection < 3; connection++) {
    const socket = await pipeline(Array.from({ length: REQUESTS }, () => weights));
    await eventually('the first answer', () => openFiles() > 0);
    await pause(100);
    assert.equal(openFiles(), 1, 'only the file whose turn it is is open');
    socket.destroy();
    await eventually('the file closed', () => openFiles() === 0);
  }
  // Not one that is opened later, either.
  await pause(100);
  assert.equal(openFiles(), 0);
});

test('pipelined requests are answered whole, and in order', async () => {
  const part = `${weights.slice(0, -'weights.safetensors'.length)}manifest.json`;
  const socket = await pipeline([weights, '/healthz', part, weights, '/readyz'], 'Connection: close\r\n');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  await once(socket, 'close');
  const text = Buffer.concat(chunks).toString('latin1');
  const types = [...text.matchAll(/^Content-Type: (\S+).*\r$/gm)].map((match) => match[1]);
  const [bytes, json] = ['application/octet-stream', 'application/json;'];
  assert.deepEqual(types, [bytes, json, json, bytes, json]);
  assert.ok(text.length > 2 * 4 * VALUES.length);
  assert.ok(text.endsWith('}'));
});

test('a pipelined event stream whose connection closes is not begun', async () => {
  const { job_id: id } = (await (await postJson(`${service.url}/v1/retrain`, {})).json()) as { job_id: string };
  const socket = await pipeline([...Array.from({ length: REQUESTS }, () => weights), `/v1/jobs/${id}/events`]);
  await pause(100);
  socket.destroy();
  await pause(100);
  assert.equal(watched, 0);
});
