import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './service.js';

/** The one fenced block of a section of a document in a language. */
export function blockOf(page: string, title: string, language: string): string {
  const text = readFileSync(join(packageRoot, `docs/${page}.md`), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${title}\n`));
  assert.ok(section !== undefined, `docs/${page}.md has no section ${JSON.stringify(title)}`);
  const blocks = [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))];
  assert.equal(blocks.length, 1, `${title}: ${blocks.length} blocks of ${language}`);
  return blocks[0]![1]!;
}
