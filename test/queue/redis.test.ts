import { Redis } from 'ioredis';
import { lacking } from '../support/programs.js';
import { startRedis } from '../support/servers.js';
import { temporaryFolder } from '../support/temporary.js';
import { queueConformance } from './conformance.js';
import { outages } from './outages.js';

const skip = lacking('redis');

queueConformance('redis', skip, async () => {
  const server = (await startRedis())!;
  const folder = temporaryFolder();
  return {
    url: server.url,
    dataDir: folder.path,
    shared: true,
    async empty() {
      const client = new Redis(server.url);
      await client.flushall();
      client.disconnect();
    },
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
});

outages('redis', skip, async () => (await startRedis())!);
