/**
 * Sends requests that are made of `/openapi.json`, as documented or nearly, and holds every answer against it: status,
 * media type, body by its schema, codes of errors; besides, that nothing fails inside, that the service lives on and
 * that its memory stays bounded. The service is one of this script's own, trained on a small log in a temporary folder,
 * unless `--url` names another; that one should have nothing in it that is worth keeping. What is called is a provider
 * of this script's, one of whose LLMs fails now and then: no stream may break off without saying so, and no call may go
 * on that nobody waits for.
 *
 *     node dist/scripts/fuzz/run.js [--requests 10000] [--seed 1] [--concurrency 8] [--from 0] [--max-rss 2048]
 *         [--only TEXT] [--url URL]
 *
 * Prints a table by operation; exits with 1 where anything was wrong, each with the line that makes the request again.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRng } from '../../src/base/rng.js';
import type { OpenApiDocument } from '../openapi/document.js';
import { residentMiB, runProgram, startService } from '../service/process.js';
import { smallLog } from '../service/small-log.js';
import { startCalled } from './called.js';
import { fuzz } from './fuzz.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    concurrency: { type: 'string', default: '8' },
    from: { type: 'string', default: '0' },
    'max-rss': { type: 'string', default: '2048' },
    only: { type: 'string' },
    url: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(`fuzz: holds the API against its own OpenAPI document

  --requests N     requests to send (10000)
  --seed S         seed of all of them (1)
  --concurrency C  requests at a time (8)
  --from F         number of the first: a violation names its own (0)
  --only TEXT      only operations whose name has the text, such as "PUT /v1/models"
  --max-rss MIB    most memory that the service may take (2048); only where it is this script's own
  --url URL        a service that runs, with nothing in it that is worth keeping; one of its own unless given
`);
  process.exit(0);
}

const QUERIES = 60;
const seed = Number(values.seed);
const folder = mkdtempSync(join(tmpdir(), 'pointsman-fuzz-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A service over a small log, with a version in force. */
async function ownService(): Promise<Awaited<ReturnType<typeof startService>>> {
  const [data, log] = [join(folder, 'data'), join(folder, 'log.jsonl')];
  const common = ['--data', data, '--encoder', 'hashing'];
  writeFileSync(log, smallLog(QUERIES, 'fuzz', createRng(seed)));
  await runProgram(['import', log, '--data', data]);
  await runProgram(['train', ...common, '--design', 'flat', '--backend', 'wasm']);
  return startService([...common, '--log-level', 'error', '--training-priority', '19']);
}

const service = values.url === undefined ? await ownService() : undefined;
const url = values.url ?? service!.url;
const provider = await startCalled(seed);
const document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
let isDown: string | undefined;
void service?.ended.then((code) => (isDown = `the service ended with ${code}: ${service.output()}`));

const began = performance.now();
const { tally, sent, memory, stillCalled } = await fuzz({
  url,
  document,
  provider,
  seed,
  from: Number(values.from),
  requests: Number(values.requests),
  concurrency: Number(values.concurrency),
  only: values.only,
  maxRssMiB: Number(values['max-rss']),
  isDown: () => isDown,
  residentMiB: () => (service === undefined ? 0 : residentMiB(service)),
  report: (line) => process.stdout.write(`${line}\n`),
});
const seconds = (performance.now() - began) / 1000;
const rate = (sent / seconds).toFixed(0);
const grown = memory.map((mib) => mib.toFixed(0)).join(', ');
process.stdout.write(
  `\n${tally.toTable()}\n\n${sent} requests of seed ${seed} in ${seconds.toFixed(0)} s, ${rate} a second\n` +
    `memory of the service: ${grown} MiB\n${tally.violations} violations\n`,
);
await service?.kill();
await provider.close();
process.exit(tally.violations + stillCalled > 0 ? 1 : 0);
