import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { PointsmanError } from '../../src/base/errors.js';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** File that gets the whole output. */
  log?: string;
}

export interface Finished {
  /** Exit code; -1 when the program could not be started, 128 when a signal ended it. */
  code: number;
  /** Standard output. */
  stdout: string;
  /** Standard output and standard error, in order. */
  output: string;
}

/** Runs a program to its end. Never throws for a failure of the program: {@link mustRun} does. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return new Promise((done) => {
    let stdout = '';
    let output = '';
    const finish = (code: number): void => {
      if (options.log) appendFileSync(options.log, `$ ${command} ${args.join(' ')}\n${output}\n[${code}]\n`);
      done({ code, stdout, output });
    };
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
      output += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => (output += chunk));
    child.on('error', (error) => {
      output += error.message;
      finish(-1);
    });
    child.on('close', (code, signal) => {
      if (signal) output += `\nended by ${signal}`;
      if (child.pid !== undefined) finish(code ?? 128);
    });
  });
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/no space left|ENOSPC/i, 'The disk is full: free some space, or name a folder on another disk with --dir.'],
  [
    /CERTIFICATE|self.signed/i,
    'A TLS certificate was refused: behind a proxy, set NODE_EXTRA_CA_CERTS and PIP_CERT to its certificate file.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|name resolution|service not known|unreachable|timed? ?out/i,
    'The network could not be reached: check the proxy settings (HTTPS_PROXY), the npm registry and the pip index.',
  ],
  [
    /no matching distribution|could not find a version/i,
    'pip found no such wheel: is the package index reachable, and is this Linux on x86-64 or arm64? A wheel ' +
      'from elsewhere can be given with --wheel FILE.',
  ],
  [/killed|ended by SIGKILL|out of memory/i, 'A program was killed, perhaps for want of memory: 2 GB are enough.'],
];

/** What a failed program's output suggests that its user do; empty when nothing is recognised. */
export function hintFor(output: string): string {
  return HINTS.find(([pattern]) => pattern.test(output))?.[1] ?? '';
}

/** Runs a program that must succeed; throws `backend_unavailable` with the end of its output and a hint. */
export async function mustRun(
  what: string,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const finished = await run(command, args, options);
  if (finished.code === 0) return finished;
  const tail = finished.output
    .trimEnd()
    .split('\n')
    .slice(-12)
    .map((line) => `    ${line}`)
    .join('\n');
  const hint = hintFor(finished.output);
  throw new PointsmanError(
    'backend_unavailable',
    `${what} failed (exit code ${finished.code}):\n${tail}${hint ? `\n${hint}` : ''}` +
      (options.log ? `\nThe whole output is in ${options.log}` : ''),
  );
}
