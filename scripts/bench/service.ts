/**
 * The service in a process of its own, over a ledger in a temporary folder with nine LLMs, scoring by the
 * prior: what the HTTP benchmark drives. Retraining is not part of it, so the queue is one that is never called.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.js';
import { createLogger } from '../../src/base/log.js';
import { dataPaths } from '../../src/base/paths.js';
import { createDecider } from '../../src/decision/decider.js';
import { createApp, startServer } from '../../src/http/index.js';
import { openLedger } from '../../src/ledger/index.js';
import type { RetrainQueue } from '../../src/queue/types.js';
import type { LlmId } from '../../src/schema/ids.js';
import { createPriorIndex } from '../../src/scoring/prior.js';

const folder = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
const log = createLogger('warn');
const ledger = openLedger(dataPaths(folder).ledger, { clock: systemClock });
for (let i = 1; i <= 9; i++) ledger.catalog.putLlm({ id: `bench/llm-${i}` as LlmId, size_b: i * 8, input_price: i / 10, output_price: i / 2, latency_ms: i * 300 });
const index = createPriorIndex(ledger.catalog.listLlms(), ledger.readLlmStats());
const holder = { current: () => index };
const decider = createDecider({ index: holder, ledger, clock: systemClock, log });
const absent = (): never => {
  throw new Error('not part of this benchmark');
};
const queue: RetrainQueue = { store: 'none', enqueue: absent, get: absent, list: absent, watch: absent, setSchedule: absent, nextRun: absent, work: absent, close: async () => {} };
const app = createApp({ ledger, queue, index: holder, decider, artifacts: { filePath: absent, activate: absent }, clock: systemClock, log });
const server = await startServer(app, { host: '127.0.0.1', port: 0 });
process.send?.({ url: server.url });

process.once('disconnect', () => {
  void server.close().then(() => {
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
    process.exit();
  });
});
