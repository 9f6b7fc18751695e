/**
 * Runs command lines one after another in this process, as `pointsman` would each in its own, and sends what came of
 * them: for those that are many, end by themselves and hold nothing.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../src/base/paths.js';
import type { Ran } from './support.js';

const MAIN = join(packageRoot, 'dist/src/cli/main.js');

async function ran(args: readonly string[], number: number): Promise<Ran> {
  const [stdout, stderr] = [process.stdout.write, process.stderr.write];
  const said = { stdout: '', stderr: '' };
  const keep = (stream: keyof typeof said) => (text: string | Uint8Array) => {
    said[stream] += text.toString();
    return true;
  };
  [process.stdout.write, process.stderr.write] = [keep('stdout'), keep('stderr')];
  process.argv = [process.execPath, MAIN, ...args];
  process.exitCode = undefined;
  try {
    await import(`${pathToFileURL(MAIN).href}?${number}`);
    return { code: Number(process.exitCode ?? 0), ...said };
  } finally {
    [process.stdout.write, process.stderr.write] = [stdout, stderr];
  }
}

process.once('message', async (lines: readonly (readonly string[])[]) => {
  process.stdout.setMaxListeners(0);
  const answers: Ran[] = [];
  for (const [number, args] of lines.entries()) answers.push(await ran(args, number));
  process.exitCode = 0;
  process.send!(answers, () => process.disconnect());
});
