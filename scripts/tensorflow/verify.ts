import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Probed } from './probe.js';
import { run } from './run.js';
import { ADDON_PACKAGE } from './versions.js';

export type Verdict =
  | {
      works: true;
      found: Probed;
      /** GPUs by name, and why there is none, as TensorFlow's own log tells. */ gpuLog: string[];
    }
  | { works: false; why: string };

const probeFile = fileURLToPath(new URL('./probe.js', import.meta.url));

/** Where the addon package belongs in `dir`. */
export const addonFolder = (dir: string): string => join(dir, 'node_modules', ADDON_PACKAGE);

/** Whether `dir` itself holds the addon package; built or not. */
export const holdsAddon = (dir: string): boolean => existsSync(join(addonFolder(dir), 'package.json'));

/** Whether code in `dir` can name the addon package, be it installed there or in a folder further up. */
export function resolvesAddon(dir: string): boolean {
  try {
    createRequire(join(dir, 'package.json')).resolve(`${ADDON_PACKAGE}/package.json`);
    return true;
  } catch {
    return false;
  }
}

/** The lines of TensorFlow's log that tell which GPUs it uses, or why it uses none. */
export function gpuLines(log: string): string[] {
  return log.split('\n').flatMap((line) => {
    const created = /Created device \S*(GPU:\d+) with (\d+) MB memory.*name: ([^,]+)/.exec(line);
    if (created) return [`${created[1]} is ${created[3]} with ${created[2]} MB`];
    const reason =
      /(Could not find cuda drivers.*|Cannot dlopen.*|failed call to cuInit.*|Could not load dynamic library.*)/.exec(
        line,
      );
    return reason?.[1] ? [reason[1]] : [];
  });
}

/** Of a crashed probe's output, the line that says why. */
function reasonIn(output: string): string {
  const lines = output.trim().split('\n');
  return lines.find((line) => /^\s*(\w*Error\b|ended by )/.test(line))?.trim() ?? lines.at(-1) ?? 'no output';
}

/** Loads the addon as code in `dir` would, in a child process, and checks what it computes. */
export async function verify(dir: string): Promise<Verdict> {
  const { code, stdout, output } = await run(process.execPath, [probeFile, dir], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '0' },
  });
  if (code !== 0) return { works: false, why: reasonIn(output) };
  const line = stdout.trim().split('\n').at(-1) ?? '';
  const found = JSON.parse(line) as Probed;
  const right =
    found.backend === 'tensorflow' && String(found.product) === '19,22,43,50' && String(found.gradient) === '6,-4';
  return right
    ? { works: true, found, gpuLog: gpuLines(output) }
    : { works: false, why: `it computes wrongly: ${line}` };
}
