import { Worker } from 'node:worker_threads';

/** Time between two looks at whether the parent is there, in milliseconds. */
const LOOK_MS = 1_000;

/**
 * Ends this process once its parent is gone, whatever it computes: the event loop hears of that only between two
 * computations, and one may take minutes. Does nothing on Windows, where a process keeps the number of its parent.
 */
export function endWithParent(): void {
  const look = `if (process.ppid !== ${process.ppid}) process.kill(process.pid, 'SIGKILL');`;
  new Worker(`setInterval(() => { ${look} }, ${LOOK_MS});`, { eval: true }).unref();
}
