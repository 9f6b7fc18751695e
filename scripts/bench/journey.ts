/**
 * How many files and rooms of `src` one feedback row and one query pass through, from the socket to the answer, in this
 * checkout and in others (built ones) beside it, each with a service of its own on the demonstration's data:
 *
 *     node dist/scripts/bench/journey.js [CHECKOUT…] [--list]
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/base/paths.js';
import { table } from '../../src/cli/output.js';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { list: { type: 'boolean' } } });

/** What is sent; the second time is counted, so that what runs only once is not. */
const JOURNEYS: Record<string, [path: string, body: object]> = {
  'a query, POST /v1/route': ['/v1/route', { query: 'What is the boiling point of water?' }],
  'a feedback row, POST /v1/feedback': [
    '/v1/feedback',
    { query: 'What is the capital of France?', model: 'sim/summit-140b', score: 1 },
  ],
};

async function journeysOf(checkout: string): Promise<Map<string, string[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-journey-'));
  const [data, file] = [join(folder, 'data'), join(folder, 'files.json')];
  const main = join(checkout, 'dist/src/cli/main.js');
  spawnSync(process.execPath, [main, 'demo', '--no-stop', '--port', '0', '--data', data], { stdio: 'ignore' });
  const preload = join(packageRoot, 'dist/scripts/bench/journey-preload.js');
  const service = spawn(process.execPath, ['--import', preload, main, 'start', '--data', data, '--port', '0'], {
    env: { ...process.env, POINTSMAN_JOURNEY: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await new Promise<string>((found) => {
      service.stdout.setEncoding('utf8').on('data', (text: string) => {
        const listening = /listens on (\S+)/.exec(text);
        if (listening !== null) found(listening[1]!);
      });
    });
    const taken = async (): Promise<string[]> => {
      rmSync(file, { force: true });
      service.kill('SIGUSR2');
      while (!existsSync(file)) await sleep(5);
      await sleep(20);
      return JSON.parse(readFileSync(file, 'utf8')) as string[];
    };
    const passed = new Map<string, string[]>();
    for (const [name, [path, body]] of Object.entries(JOURNEYS)) {
      const files: string[][] = [];
      // Timers run now and then, too: what all of some tries have in common is the journey.
      for (let i = 0; i < 8; i++) {
        await taken();
        const answer = await fetch(new URL(path, url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}: ${await answer.text()}`);
        await answer.text();
        files.push(await taken());
      }
      const [first, ...others] = files.slice(1);
      passed.set(
        name,
        first!.filter((one) => others.every((other) => other.includes(one))),
      );
    }
    return passed;
  } finally {
    service.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

const roomOf = (path: string): string => path.slice(0, path.indexOf('/'));
const rows: (string | number)[][] = [];
for (const checkout of [packageRoot, ...positionals.map((one) => resolve(one))]) {
  for (const [name, files] of await journeysOf(checkout)) {
    rows.push([name, checkout === packageRoot ? 'this one' : checkout, files.length, new Set(files.map(roomOf)).size]);
    if (values.list)
      console.log(
        `${name}, ${checkout}:\n${files
          .toSorted()
          .map((one) => `  ${one}\n`)
          .join('')}`,
      );
  }
}
console.log(table(['journey', 'checkout', 'files', 'rooms'], rows));
