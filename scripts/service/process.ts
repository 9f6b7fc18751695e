import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/paths.js';

const MAIN = join(packageRoot, 'dist/src/cli/main.js');
const START_MS = 60_000;
/** Longest end of what a process wrote that is kept, in characters. */
const KEPT = 20_000;

/** The environment of a user who has set nothing; without TensorFlow's own library, which takes seconds to load. */
const ENV: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('POINTSMAN_'))),
  POINTSMAN_TENSORFLOW_DIR: '/nowhere',
};

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** `pointsman` as a child process. */
export interface Program {
  child: ChildProcess;
  /** The end of what it wrote, both streams. */
  output(): string;
  /** Resolves when it has ended: with its exit code, or null where a signal ended it. */
  ended: Promise<number | null>;
  /** Kills it, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts `pointsman`; it ends with this process at the latest. */
export function startProgram(args: readonly string[]): Program {
  const child = spawn(process.execPath, [MAIN, ...args], { env: ENV, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  const take = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-KEPT));
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = once(child, 'exit').then(([code]) => {
    running.delete(child);
    return code as number | null;
  });
  return {
    child,
    output: () => output,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs `pointsman` to its end. Throws where it fails. */
export async function runProgram(args: readonly string[]): Promise<void> {
  const program = startProgram(args);
  const code = await program.ended;
  if (code !== 0) throw new Error(`pointsman ${args.join(' ')} ended with ${code}: ${program.output()}`);
}

export interface ServiceProcess extends Program {
  url: string;
}

/** Starts API and worker on a free port of 127.0.0.1. Throws where they are not ready within a minute. */
export async function startService(args: readonly string[]): Promise<ServiceProcess> {
  const program = startProgram(['start', '--port', '0', ...args]);
  const until = Date.now() + START_MS;
  for (;;) {
    const url = /listens on (http:\/\/[\d.]+:\d+)/.exec(program.output())?.[1];
    if (url !== undefined) return { ...program, url };
    if (program.child.exitCode !== null || program.child.signalCode !== null || Date.now() > until) {
      await program.kill();
      throw new Error(`the service did not start: ${program.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Resident memory of a process in MiB, on Linux; 0 where it can't be read. */
export function residentMiB({ child }: Pick<Program, 'child'>): number {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Processes that a process has started, on Linux; none where that can't be read. */
export function childrenOf({ child }: Pick<Program, 'child'>): number[] {
  try {
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    return children.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Whether a process runs, on Linux: one that has ended and that nobody has waited for is a zombie. */
export function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
