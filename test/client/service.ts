import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createPointsman, type Pointsman, type PointsmanOptions } from 'pointsman/client';
import { start, type RunningProcess } from '../support/process.js';
import { eventually } from '../support/wait.js';

export const packageRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** The environment of a user who has set nothing; without TensorFlow's own library, which takes seconds to load. */
export const ENV: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('POINTSMAN_'))),
  POINTSMAN_TENSORFLOW_DIR: '/nowhere',
};

/** LLMs that can be called, by their names at the provider. */
export const MODELS = ['lab/large', 'lab/small'] as const;

export interface Service {
  url: string;
  client(options?: Partial<PointsmanOptions>): Pointsman;
  /** Makes a key on the command line: once it answers, everybody is asked for one. */
  makeKey(name: string, scopes: string, ...limits: readonly string[]): Promise<{ key: string }>;
  stop(): Promise<void>;
}

const urlIn = ({ output }: RunningProcess): string => /http:\/\/[\d.]+:\d+/.exec(output())![0];

const MAIN = join(packageRoot, 'dist/src/cli/main.js');
const PROVIDER = join(packageRoot, 'dist/scripts/provider/run.js');

const run = (script: string, args: readonly string[], ready: string): Promise<RunningProcess> =>
  start(process.execPath, [script, ...args], ready, { env: ENV }, 120_000);

/** Has the service call the provider for its two LLMs. */
async function declare(client: Pointsman, provider: string): Promise<void> {
  const body = { base_url: `${provider}/v1`, responses: true };
  await client.PUT('/v1/providers/{name}', { params: { path: { name: 'lab' } }, body });
  for (const id of MODELS)
    await client.PUT('/v1/models/{id}', {
      params: { path: { id } },
      body: { context_tokens: 200_000, deployments: [{ provider: 'lab', model: id.split('/')[1]! }] },
    });
}

/** Copies a queue that another test made. Of the main program's tests: what it imports is not to be compiled again. */
async function prepareQueue(folder: string): Promise<void> {
  const module = new URL('../support/queue-folder.js', import.meta.url).href;
  await ((await import(module)) as { prepareQueue(folder: string): Promise<void> }).prepareQueue(folder);
}

/** A real service before a real provider, each a process of its own, with two LLMs. */
export async function startService(...flags: readonly string[]): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-client-'));
  await prepareQueue(folder);
  const light = [
    '--data',
    folder,
    '--encoder',
    'hashing',
    '--log-level',
    'silent',
    '--port',
    '0',
    '--training-priority',
    '0',
  ];
  const [provider, service] = await Promise.all([
    run(PROVIDER, ['--port', '0'], 'the provider listens on'),
    run(MAIN, ['start', ...light, ...flags], 'Pointsman listens on'),
  ]);
  const url = urlIn(service);
  await declare(createPointsman({ baseUrl: url }), urlIn(provider));
  return {
    url,
    client: (options) => createPointsman({ baseUrl: url, ...options }),
    async makeKey(name, scopes, ...limits) {
      const args = ['keys', 'create', name, '--scopes', scopes, ...limits, '--json', '--data', folder];
      const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...args], { env: ENV });
      // The service learns a moment later that a key is asked for.
      await eventually('a key to be asked for', async () => (await fetch(`${url}/v1/models`)).status === 401);
      return JSON.parse(stdout) as { key: string };
    },
    async stop() {
      await Promise.all([service.stop('SIGKILL'), provider.stop('SIGKILL')]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
