import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { blockOf } from './document.js';
import { ENV, packageRoot, startService, type Service } from './service.js';

const run = promisify(execFile);

describe('the examples of docs/clients.md', () => {
  let service: Service;
  before(async () => {
    service = await startService();
  });
  after(() => service.stop());

  /** Runs what stands under a title, at the port of this run: all that is changed of it. */
  async function saidBy(title: string, language: 'js' | 'python'): Promise<string[]> {
    const text = blockOf('clients', title, language).replaceAll('http://127.0.0.1:8080', service.url);
    const env = { ...ENV, POINTSMAN_URL: service.url, PYTHONPATH: join(packageRoot, 'dist/clients/python') };
    // A file of this package finds it by its own name, as one does that has installed it.
    const file = join(packageRoot, `dist/test/client/example-${language}-${process.pid}.mjs`);
    if (language === 'js') writeFileSync(file, text);
    try {
      const [program, args] = language === 'js' ? [process.execPath, [file]] : ['python3', ['-c', text]];
      return (await run(program, args, { env })).stdout.trimEnd().split('\n');
    } finally {
      rmSync(file, { force: true });
    }
  }

  test('run for TypeScript', async () => {
    const [outcome, llms] = await saidBy('TypeScript', 'js');
    assert.equal(outcome, 'true rivers 1');
    assert.match(llms!, /^lab\/\w+ \[ 'lab\/\w+' \] \[ 'lab\/large', 'lab\/small' \]$/);
  });

  test('run for Python', async () => {
    assert.deepEqual(await saidBy('Python', 'python'), ['True rivers 1', '422 unknown_policy']);
  });

  test('run for the Vercel AI SDK', async () => {
    const said = await saidBy('Vercel AI SDK', 'js');
    assert.equal(said.length, 2);
    assert.ok(said[0]!.length > 0);
    assert.match(said[1]!, /^lab\/(?:small|large) by balanced, decision 36, 1 signal$/);
  });
});
