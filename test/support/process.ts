import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
// The runner ends a file that takes too long this way, and what the file has started is to end with it.
process.once('SIGTERM', () => process.exit(143));

export interface RunningProcess {
  readonly child: ChildProcess;
  /** Everything written so far, both streams. */
  output(): string;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a program and waits until its output holds `ready`. Ended with this process at the latest. */
export async function start(
  command: string,
  args: string[],
  ready: string,
  options: SpawnOptions = {},
  timeoutMs = 30_000,
): Promise<RunningProcess> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const exited = once(child, 'exit').finally(() => running.delete(child));
  let output = '';
  const isReady = new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes(ready)) resolve();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    exited.then(() => reject(new Error(`${command} ended before it was ready: ${output}`)), reject);
    setTimeout(
      () => reject(new Error(`${command} was not ready within ${timeoutMs / 1000} s: ${output}`)),
      timeoutMs,
    ).unref();
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  try {
    await isReady;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return { child, output: () => output, stop };
}

/** A TCP port of 127.0.0.1 that nobody listens on, for programs that can't be told to choose one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
