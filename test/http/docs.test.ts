import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { findChromium, lacking } from '../support/programs.js';
import { startService } from './service.js';

/** A browser with nothing of its own to ask the network for. */
const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

test('the documentation page shows every operation in a real browser', { skip: lacking('chromium') }, async () => {
  const service = await startService();
  const profile = mkdtempSync(join(tmpdir(), 'pointsman-chromium-'));
  try {
    const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { summary?: string }>>;
    };
    const { stdout: page } = await promisify(execFile)(
      findChromium()!,
      [...QUIET, `--user-data-dir=${profile}`, '--virtual-time-budget=5000', '--dump-dom', `${service.url}/docs`],
      { timeout: 60_000, maxBuffer: 16 << 20 },
    );
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).map(({ summary }) => ({ path, summary })),
    );
    assert.ok(operations.length > 20);
    for (const { path, summary } of operations) {
      assert.ok(page.includes(path), path);
      if (summary !== undefined) assert.ok(page.includes(summary), summary);
    }
  } finally {
    await service.remove();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
