import { Client } from 'pg';
import { lacking } from '../support/programs.js';
import { startPostgres } from '../support/servers.js';
import { temporaryFolder } from '../support/temporary.js';
import { queueConformance, type StoreUnderTest } from './conformance.js';
import { judgeQueueConformance } from './judge-conformance.js';
import { outages } from './outages.js';

const skip = lacking('initdb', 'postgres');

const setUp = async (): Promise<StoreUnderTest> => {
  const server = (await startPostgres())!;
  const folder = temporaryFolder();
  return {
    url: server.url,
    dataDir: folder.path,
    shared: true,
    async empty() {
      const client = new Client(server.url);
      await client.connect();
      await client.query('DROP SCHEMA pointsman_queue CASCADE');
      await client.end();
    },
    async stop() {
      await server.stop();
      folder.remove();
    },
  };
};

queueConformance('postgres', skip, setUp);
judgeQueueConformance('postgres', skip, setUp);

outages('postgres', skip, async () => (await startPostgres())!);
