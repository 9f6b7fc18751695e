import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { openBackend } from '../../src/tensor/backend.js';
import type { ChildAnswer } from './backend-child.js';

export interface Asked {
  /** Also compute; else the backend is only opened. */
  compute?: boolean;
  env?: NodeJS.ProcessEnv;
  execArgv?: string[];
}

/** Opens a backend in a process of its own and answers what that process found. */
export function askBackend(
  wanted: Parameters<typeof openBackend>[0],
  { compute = false, env = {}, execArgv = [] }: Asked = {},
): Promise<ChildAnswer> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('backend-child.js', import.meta.url)), {
      serialization: 'advanced',
      execArgv,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let errors = '';
    child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.once('message', (message) => resolve(message as ChildAnswer));
    child.once('exit', (code, signal) =>
      reject(new Error(`the process of backend ${wanted} ended with ${signal ?? code}: ${errors}`)),
    );
    child.send({ wanted, compute });
  });
}

/**
 * For `{ skip }`: false where TensorFlow's own library works here, else why it is left out and how to get it. In
 * continuous integration (CI=true) it may not be left out: throws.
 */
export async function lackingTensorFlow(): Promise<string | false> {
  const found = await askBackend('tensorflow');
  if (found.kind === 'opened') return false;
  const reason = `TensorFlow’s library is not set up; \`npm run setup:tensorflow\` gets it (${found.message})`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}
