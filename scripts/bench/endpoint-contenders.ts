import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/base/paths.js';
import { residentMiB, startService, type Program } from '../service/process.js';

const KEY = 'sk-bench';
/** LLMs of Pointsman, all of which are called at the one provider. */
const LLMS = 6;
/** The kernel's unit of processor time. */
const TICK_MS = 10;

/** One way to reach the provider: directly, or through a process. */
export interface Contender {
  name: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  /** What a request asks for, to be answered by an LLM of the provider. */
  named(model: string): string;
  /** Resident memory in MiB, and the processor time used so far in milliseconds; NaN of the provider itself. */
  memory(): number;
  cpuMs(): number;
}

export interface Contenders {
  all: readonly Contender[];
  /** Has Pointsman call this LLM of the provider from now on. */
  callAt(model: string): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds of processor that a process has used, on Linux; NaN where it can't be read. */
function cpuOf(pid: number | undefined): number {
  try {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13);
    return (Number(user) + Number(system)) * TICK_MS;
  } catch {
    return NaN;
  }
}

async function launch(script: string, args: readonly string[]): Promise<Pick<Program, 'child'> & { url: string }> {
  const child = fork(join(packageRoot, 'dist/scripts', script), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const first = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${script} ended before it served`))),
  ]);
  return { child, ...(first as [{ url: string }])[0] };
}

async function put(url: string, body: object): Promise<number> {
  const response = await fetch(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok && response.status !== 404) throw new Error(`PUT ${url}: ${response.status} ${text}`);
  return response.status;
}

interface Pointsman extends Contender {
  callAt(model: string): Promise<void>;
  close(): Promise<void>;
}

/** The service, which knows the provider; undefined where it has no providers. */
async function startPointsman(provider: string, connections: number): Promise<Pointsman | undefined> {
  const data = mkdtempSync(join(tmpdir(), 'pointsman-bench-'));
  const keyFile = join(data, 'provider.key');
  writeFileSync(keyFile, KEY);
  const service = await startService(['--data', join(data, 'data'), '--log-level', 'error']);
  const { url } = service;
  const close = async (): Promise<void> => {
    await service.kill();
    rmSync(data, { recursive: true, force: true });
  };
  const settings = { base_url: `${provider}/v1`, protocol: 'openai', key_file: keyFile, connections };
  if ((await put(`${url}/v1/providers/local`, settings)) === 404) {
    await close();
    return undefined;
  }
  return {
    name: 'Pointsman',
    url,
    headers: {},
    named: () => 'auto',
    memory: () => residentMiB(service),
    cpuMs: () => cpuOf(service.child.pid),
    async callAt(model) {
      for (let i = 1; i <= LLMS; i++)
        await put(`${url}/v1/models/bench-${i}`, {
          size_b: i * 8,
          input_price: i / 10,
          output_price: i / 2,
          context_tokens: 100_000,
          deployments: [{ provider: 'local', model }],
        });
    },
    close,
  };
}

/**
 * Starts the provider, a bare pass-through and Pointsman, each a process of its own.
 *
 * @param models as `scripts/provider/run.ts` takes them
 * @param connections that pass-through and Pointsman may have to the provider
 */
export async function startContenders(models: readonly string[], connections: number): Promise<Contenders> {
  const provider = await launch('provider/run.js', [
    '--port=0',
    `--key=${KEY}`,
    ...models.map((model) => `--model=${model}`),
  ]);
  const bare = await launch('bench/pass-through.js', [provider.url, String(connections)]);
  const pointsman = await startPointsman(provider.url, connections);
  if (pointsman === undefined) console.log('Pointsman has no PUT /v1/providers here: it is left out');
  const headers = { authorization: `Bearer ${KEY}` };
  const named = (model: string): string => model;
  return {
    all: [
      { name: 'provider itself', url: provider.url, headers, named, memory: () => NaN, cpuMs: () => NaN },
      {
        name: 'bare pass-through',
        url: bare.url,
        headers,
        named,
        memory: () => residentMiB(bare),
        cpuMs: () => cpuOf(bare.child.pid),
      },
      ...(pointsman === undefined ? [] : [pointsman]),
    ],
    callAt: async (model) => pointsman?.callAt(model),
    async close() {
      await pointsman?.close();
      for (const { child } of [bare, provider]) {
        child.disconnect();
        await once(child, 'exit');
      }
    },
  };
}
