import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ENV, type Ran } from './support.js';

/** Runs commands one after another in one process: starting one for each takes longer than all they do. */
export async function inOneProcess(lines: string[][], env: NodeJS.ProcessEnv = {}): Promise<Ran[]> {
  const child = fork(fileURLToPath(new URL('runs-child.js', import.meta.url)), { env: { ...ENV, ...env } });
  child.send(lines);
  const [[answers], [code]] = (await Promise.all([once(child, 'message'), once(child, 'exit')])) as [[Ran[]], [number]];
  assert.deepEqual([code, answers.length], [0, lines.length]);
  return answers;
}
