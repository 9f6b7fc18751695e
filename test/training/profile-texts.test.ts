import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng } from '../../src/base/rng.js';
import { profileTexts } from '../../src/training/profile-texts.js';
import { smallLog } from '../support/log.js';

const rows = smallLog({ queries: 40 });
const all = Int32Array.from({ length: rows.queries.length }, (_, q) => q);
const textOf = new Map(Array.from(rows.queries, ({ hash, text }) => [hash, text]));

async function made(forgotten: ReadonlySet<string> = new Set()): Promise<{ texts: string[]; quoted: Set<string> }> {
  const textsOf = async (hashes: readonly string[]) =>
    hashes.map((hash) => (forgotten.has(hash) ? undefined : textOf.get(hash)));
  const quoted = new Set<string>();
  const profiles = await profileTexts({ rows, textsOf }, all, createRng(1), quoted);
  return { texts: Object.values(profiles).flatMap(({ flat, structured }) => [flat, structured]), quoted };
}

test('every query that texts quote is named', async () => {
  const { texts, quoted } = await made();
  assert.ok(quoted.size > 0 && quoted.size < rows.queries.length);
  for (const { hash, text } of rows.queries)
    if (texts.some((profile) => profile.includes(text))) assert.ok(quoted.has(hash), text);
});

test('of what is forgotten nothing is quoted, all of it too', async () => {
  const { quoted } = await made();
  const { texts } = await made(quoted);
  for (const hash of quoted) assert.ok(texts.every((profile) => !profile.includes(textOf.get(hash)!)));
  for (const text of (await made(new Set(textOf.keys()))).texts) assert.ok(text.length > 10);
});
