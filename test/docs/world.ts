import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProvider } from '../../scripts/provider/server.js';
import { runProgram, startService } from '../../scripts/service/process.js';
import { packageRoot } from '../../src/base/paths.js';
import { simulate } from '../../src/simulator/index.js';

/** What commands of documents are run on: a log that a version was trained on, and a provider of two LLMs. */
export interface World {
  /** A folder of its own with a copy of the data, a service on it, and what commands need to find both. */
  place(): Promise<Place>;
  close(): Promise<void>;
}

export interface Place {
  folder: string;
  env: NodeJS.ProcessEnv;
  /** A text with the ports of this run. */
  here(text: string): string;
  close(): Promise<void>;
}

const CLEAN = Object.entries(process.env).filter(([name]) => !/^(?:POINTSMAN|OPENAI|ANTHROPIC)_/.test(name));

/** The simulated log as files, such as a user has. */
function writeLog(folder: string): void {
  const { profiles, rows } = simulate({ seed: 1, llms: 3, queries: 60 });
  writeFileSync(join(folder, 'models.json'), JSON.stringify(profiles));
  writeFileSync(join(folder, 'interactions.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

async function putLab(url: string, baseUrl: string): Promise<void> {
  const put = async (path: string, body: object): Promise<void> => {
    const answer = await fetch(`${url}${path}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`PUT ${path}: ${answer.status} ${await answer.text()}`);
  };
  await put('/v1/providers/lab', { base_url: baseUrl, responses: true });
  for (const model of ['small', 'large'])
    await put(`/v1/models/lab/${model}`, { context_tokens: 200_000, deployments: [{ provider: 'lab', model }] });
}

/** Makes the log, trains on it, and starts the provider. */
export async function openWorld(): Promise<World> {
  const root = mkdtempSync(join(tmpdir(), 'pointsman-docs-'));
  const made = join(root, 'made');
  mkdirSync(join(made, 'data'), { recursive: true });
  writeLog(made);
  const data = join(made, 'data');
  await runProgram(['import', '--data', data, join(made, 'models.json'), join(made, 'interactions.jsonl')]);
  await runProgram(['train', '--data', data, '--backend', 'wasm']);
  const provider = await startProvider({ seed: 1, models: { small: {}, large: { words: 60 } }, port: 0, keep: 0 });
  // Its queue is made now, once, as that takes seconds.
  const first = await startService(['--data', data]);
  await putLab(first.url, provider.baseUrl);
  first.child.kill('SIGTERM');
  await first.ended;

  async function place(): Promise<Place> {
    const folder = mkdtempSync(join(root, 'page-'));
    cpSync(made, folder, { recursive: true });
    for (const name of ['dist', 'docker', 'node_modules']) symlinkSync(join(packageRoot, name), join(folder, name));
    const service = await startService(['--data', join(folder, 'data')]);
    const ports: Record<string, string> = { 8080: new URL(service.url).port, 9001: new URL(provider.baseUrl).port };
    return {
      folder,
      env: { ...Object.fromEntries(CLEAN), POINTSMAN_URL: service.url, POINTSMAN_TENSORFLOW_DIR: '/nowhere' },
      here: (text) => text.replaceAll(/(?<=(?:localhost|127\.0\.0\.1):)(?:8080|9001)\b/g, (port) => ports[port]!),
      close: () => service.kill(),
    };
  }

  return {
    place,
    async close() {
      await provider.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}
