/** Tells its number, and computes for a minute without a turn of the event loop. Started as the child of a child. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithParent } from '../../src/training/parent.js';

const BUSY_MS = 60_000;

if (process.argv[2] === 'parent') {
  const child = fork(fileURLToPath(import.meta.url), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  child.once('message', () => process.send!(child.pid!));
} else {
  endWithParent();
  // The worker is there once it could say so.
  setTimeout(() => {
    process.send!('busy', () => {
      const until = Date.now() + BUSY_MS;
      while (Date.now() < until);
      process.exit();
    });
  }, 500);
}
