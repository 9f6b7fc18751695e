import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Block, CommandBlock } from '../../scripts/docs/blocks.js';
import { packageRoot } from '../../src/base/paths.js';

/** Longest that all commands of a page may take. */
const TIMEOUT_MS = 240_000;
/** Stands before what each block writes, with the line of the block. */
const MARK = '\u001E';

/** What a user has: `npx pointsman` of a checkout, and a curl that fails where it is answered an error. */
const PRELUDE = `set -euo pipefail
exec </dev/null 2>&1
pointsman() { command node ${JSON.stringify(join(packageRoot, 'dist/src/cli/main.js'))} "$@"; }
npx() { if [ "$1" != pointsman ]; then echo "npx $1 is not run here"; return 1; fi; shift; pointsman "$@"; }
npm() { echo "npm is not run here: mark the block"; return 1; }
curl() { command curl --no-progress-meter --fail-with-body --max-time 60 "$@"; }
`;

export interface Written {
  block: CommandBlock;
  /** What it wrote, both streams. */
  output: string;
}

export interface Session {
  /** What each block wrote, as far as it got. */
  written: Written[];
  /** Exit code of the last block; null where it was ended. */
  code: number | null;
}

/**
 * Runs the blocks of a page in one shell, in their order, each file that it shows put into `folder` before. `here` says
 * what stands in them at this run. Stops at the first that fails.
 */
export async function runBlocks(
  blocks: readonly Block[],
  { folder, env, here }: { folder: string; env: NodeJS.ProcessEnv; here: (text: string) => string },
): Promise<Session> {
  const shown = join(folder, '.shown');
  mkdirSync(shown, { recursive: true });
  const commands: CommandBlock[] = [];
  const script = blocks.map((one, i) => {
    if ('file' in one) {
      writeFileSync(join(shown, String(i)), here(one.file.text));
      return `cp .shown/${i} ${one.file.name}`;
    }
    if (one.command.notRun !== undefined || one.command.runBy !== undefined) return '';
    commands.push(one.command);
    return `printf '${MARK}${commands.length - 1}${MARK}'\n${here(one.command.text)}`;
  });
  const child = spawn('bash', ['-c', `${PRELUDE}${script.join('\n')}\n`], {
    cwd: folder,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended, with all that it started.
    }
  };
  const timer = setTimeout(end, TIMEOUT_MS);
  process.once('exit', end);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(timer);
  process.removeListener('exit', end);
  end();
  const parts = output.split(MARK).slice(1);
  const written = Array.from({ length: Math.floor(parts.length / 2) }, (_, i) => ({
    block: commands[Number(parts[2 * i])]!,
    output: parts[2 * i + 1]!,
  }));
  return { written, code };
}
