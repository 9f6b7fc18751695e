import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { dataPaths, packageRoot } from '../../src/base/paths.js';
import { withTexts } from '../../src/graph/rows.js';
import type { Job, TrainRequest } from '../../src/schema/training.js';
import type { Ledger } from '../../src/store/open.js';
import { smallLog } from '../support/log.js';
import { start } from '../support/process.js';
import { SHARED_FOLDER } from '../support/queue-folder.js';
import { temporaryFolder } from '../support/temporary.js';

const MAIN = join(packageRoot, 'dist/src/cli/main.js');

/** The environment of a user who has set nothing; without TensorFlow’s own library, which takes seconds to load. */
export const ENV: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('POINTSMAN_'))),
  POINTSMAN_TENSORFLOW_DIR: '/nowhere',
};

/** The encoder that training takes the least time with. */
export const HASHING: readonly string[] = ['--encoder', 'hashing'];

/** For services whose log and encoder are not what a test is about. */
export const LIGHT: readonly string[] = ['--log-level', 'silent', ...HASHING];

/** Texts of all logged queries. */
export async function queriesOf({ snapshot }: Ledger): Promise<Set<string>> {
  const { queries } = await withTexts(await snapshot.read(), snapshot.texts);
  return new Set(Array.from(queries, ({ text }) => text));
}

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end. */
export async function pointsman(
  args: string[],
  {
    input = '',
    env = {},
    onStderr,
  }: {
    input?: string;
    env?: NodeJS.ProcessEnv;
    /** Called with all of standard error so far, whenever there is more. */
    onStderr?: (text: string, child: ChildProcess) => void;
  } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...ENV, ...env }, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onStderr?.(stderr, child);
  });
  child.stdin.on('error', () => {}).end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Runs a command that has to succeed; answers its standard output. */
export async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await pointsman(args);
  if (code !== 0) throw new Error(`pointsman ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}

/** A data folder of the test's own, and a place for its files. */
export function workplace(t: Pick<TestContext, 'after'>): {
  data: string;
  file(name: string, content?: string): string;
} {
  const { path, remove } = temporaryFolder();
  t.after(remove);
  return {
    data: join(path, 'data'),
    file(name, content) {
      const at = join(path, name);
      if (content !== undefined) writeFileSync(at, content);
      return at;
    },
  };
}

/** Score rows of a small log, in the order of their texts' numbers. */
export function scoreRows(queries: number): { query: string; task: string; scores: Record<string, number> }[] {
  const { queries: made, tasks, llms, scores } = smallLog({ queries });
  const rows = Array.from(made, (q) => ({
    query: q.text,
    task: tasks[q.task]!.id,
    scores: {} as Record<string, number>,
  }));
  scores.query.forEach((q, e) => (rows[q]!.scores[llms[scores.llm[e]!]!.id] = scores.score[e]!));
  return rows;
}

export const jsonLines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('');

/** The interactions of score rows, as they are posted. */
export const interactionsOf = (rows: ReturnType<typeof scoreRows>): object[] =>
  rows.flatMap(({ query, task, scores }) =>
    Object.entries(scores).map(([model, score]) => ({ query, task, model, score })),
  );

/** A training run on {@link KNOWN_ROWS} whose artifact is made once for the test files of one run. */
export const KNOWN = { design: 'flat', seed: 9 } as const satisfies TrainRequest;
export const KNOWN_ROWS: ReturnType<typeof scoreRows> = scoreRows(24);

const knownArgs = (data: string): string[] => [
  ...HASHING,
  '--design',
  KNOWN.design,
  '--seed',
  String(KNOWN.seed),
  '--backend',
  'wasm',
  '--data',
  data,
];

/**
 * Imports {@link KNOWN_ROWS} into a data folder, and lays beside them what {@link KNOWN} makes of them: the training
 * process then finds it made, as one that is asked for the same again does, and need not learn for seconds. For tests
 * of what is done with a version, whatever it learned. Where no folder is shared, it is trained when it is asked for.
 */
export async function importKnown({ data, file }: Pick<ReturnType<typeof workplace>, 'data' | 'file'>): Promise<void> {
  const log = file('known.jsonl', jsonLines(KNOWN_ROWS));
  await done('import', log, '--data', data);
  const shared = process.env[SHARED_FOLDER];
  if (shared === undefined) return;
  const made = join(shared, 'known');
  if (!existsSync(made)) {
    const making = mkdtempSync(join(shared, 'making-'));
    await done('import', log, '--data', making);
    await done('train', '--no-activate', ...knownArgs(making));
    try {
      renameSync(making, made);
    } catch (error) {
      // Another file may have been first.
      if (!existsSync(made)) throw error;
    }
  }
  cpSync(dataPaths(made).artifacts, dataPaths(data).artifacts, { recursive: true });
}

/** Trains {@link KNOWN} by the command line, which puts it in force. */
export const trainKnown = (data: string): Promise<string> => done('train', ...knownArgs(data));

export interface Service {
  url: string;
  pid: number;
  output(): string;
  /** Sends the signal; answers how the process ended. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null; seconds: number }>;
}

/** Starts `start`, `serve` or `worker` and waits until it is ready. Killed when the test ends, at the latest. */
export async function service(
  t: Pick<TestContext, 'after'>,
  command: 'start' | 'serve' | 'worker',
  args: readonly string[],
): Promise<Service> {
  const port = command === 'worker' ? [] : ['--port', '0'];
  const ready = command === 'worker' ? 'takes jobs' : '/docs)';
  const running = await start(process.execPath, [MAIN, command, ...port, ...args], ready, { env: ENV });
  const { child } = running;
  t.after(() => running.stop('SIGKILL'));
  return {
    url: /http:\/\/[\d.]+:\d+/.exec(running.output())?.[0] ?? '',
    pid: child.pid!,
    output: running.output,
    async end(signal = 'SIGTERM') {
      const asked = performance.now();
      await running.stop(signal);
      return { code: child.exitCode, signal: child.signalCode, seconds: (performance.now() - asked) / 1000 };
    },
  };
}

/** Calls the API; fails for any answer but a good one. */
export async function api<T>(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Follows a job's server-sent events to their end; answers each one's name and job. */
export async function followJob(url: string, id: string): Promise<{ event: string; job: Job }[]> {
  const response = await fetch(`${url}/v1/jobs/${id}/events`);
  const text = await response.text();
  return text.split('\n\n').flatMap((block) => {
    const found = /event: (\w+)\ndata: (.*)/.exec(block);
    return found === null ? [] : [{ event: found[1]!, job: JSON.parse(found[2]!) as Job }];
  });
}

/** Asks for a training run and waits for its end. */
export async function retrain(url: string, request: object = {}): Promise<Job> {
  const { job_id } = await api<{ job_id: string }>(url, 'POST', '/v1/retrain', request);
  const last = (await followJob(url, job_id)).at(-1)!;
  if (last.event !== 'completed') throw new Error(`the job ended as ${last.event}: ${last.job.error}`);
  return last.job;
}
