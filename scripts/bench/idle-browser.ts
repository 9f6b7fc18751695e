import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

/**
 * A Chromium that stands for people's own machines: it has only the processor time that the service, and who asks it,
 * leave (Linux' idle class, see `chrt --help`).
 */
export function openBrowser(executable: string): Promise<Browser> {
  const script = join(mkdtempSync(join(tmpdir(), 'pointsman-browser-')), 'chromium');
  writeFileSync(script, `#!/bin/sh\nexec chrt --idle 0 ${executable} "$@"\n`);
  chmodSync(script, 0o755);
  return chromium.launch({ executablePath: script, args: ['--no-sandbox'] });
}

/** Waits until a page shows what it has read. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
}
