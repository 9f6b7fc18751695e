import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, start, type RunningProcess } from './process.js';
import { findProgram } from './programs.js';

/** A real server of this test's own, on an ephemeral port, in a temporary folder. */
export interface Server {
  url: string;
  /** Ends the server; its data is kept until {@link stop}. */
  halt(): Promise<void>;
  /** Starts it again on the same port, with its data. */
  resume(): Promise<void>;
  /** Has it stop answering, with its connections kept, until {@link thaw}. */
  freeze(): void;
  thaw(): void;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/** Undefined where no Redis is installed. */
export async function startRedis(): Promise<Server | undefined> {
  const program = findProgram('redis');
  if (!program) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-redis-'));
  const port = await freePort();
  const args = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    folder,
    '--appendonly',
    'yes',
    '--save',
    '',
    '--requirepass',
    PASSWORD,
  ];
  return serve(folder, `redis://:${PASSWORD}@127.0.0.1:${port}`, 'SIGTERM', () =>
    start(program, args, 'Ready to accept connections'),
  );
}

/** Undefined where no PostgreSQL is installed. */
export async function startPostgres(): Promise<Server | undefined> {
  const initdb = findProgram('initdb');
  const program = findProgram('postgres');
  if (!initdb || !program) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-postgres-'));
  const data = join(folder, 'data');
  const owner = unprivileged();
  writeFileSync(join(folder, 'password'), PASSWORD);
  if (owner) for (const path of [folder, join(folder, 'password')]) chownSync(path, owner.uid, owner.gid);
  chmodSync(folder, 0o700);
  const options = { cwd: folder, ...owner, env: { ...process.env, LC_ALL: 'C' } };
  execFileSync(
    initdb,
    ['-D', data, '-U', 'pointsman', '--auth=scram-sha-256', '--pwfile', join(folder, 'password'), '--no-sync'],
    { ...options, stdio: 'pipe' },
  );
  const port = await freePort();
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-c', 'unix_socket_directories=', '-c', 'fsync=off'];
  return serve(folder, `postgres://pointsman:${PASSWORD}@127.0.0.1:${port}/postgres`, 'SIGINT', () =>
    start(program, args, 'database system is ready to accept connections', options),
  );
}

/** Both servers ask for this one, so that tests see that it is never shown. */
export const PASSWORD = 'sesame-4711';

async function serve(
  folder: string,
  url: string,
  signal: NodeJS.Signals,
  launch: () => Promise<RunningProcess>,
): Promise<Server> {
  let server = await launch();
  return {
    url,
    halt: () => server.stop(signal),
    async resume() {
      server = await launch();
    },
    freeze: () => void server.child.kill('SIGSTOP'),
    thaw: () => void server.child.kill('SIGCONT'),
    async stop() {
      server.child.kill('SIGCONT');
      await server.stop(signal);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: the account to run it as then. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of ['postgres', 'nobody'])
    try {
      return { uid: accountId('-u', user), gid: accountId('-g', user) };
    } catch {
      // The account doesn't exist here; the next one may.
    }
  throw new Error('running as root, with neither a postgres nor a nobody account to run PostgreSQL as');
}

function accountId(kind: '-u' | '-g', user: string): number {
  return Number(execFileSync('id', [kind, user], { stdio: ['ignore', 'pipe', 'ignore'] }).toString());
}
