/** A worker in a process of its own, for tests to kill: enqueues two jobs, begins the first and never ends it. */
import { createLogger } from '../../src/base/log.js';
import { openQueue } from '../../src/queue/index.js';
import { LEDGER_ID } from '../support/queue-folder.js';

const [dataDir = '', url] = process.argv.slice(2);
const queue = await openQueue({ url, dataDir, ledgerId: LEDGER_ID, log: createLogger('silent') });
await queue.enqueue({ seed: 77 });
await queue.enqueue({ seed: 78 });
await queue.work((_request, { jobId, report }) => {
  report({ phase: 'train', fraction: 0.25, message: 'about to be killed' });
  process.stdout.write(`active ${jobId}\n`);
  return new Promise(() => {});
});
