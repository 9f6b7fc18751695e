import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { textFor } from '../../scripts/provider/reply.js';
import { packageRoot } from '../../src/base/paths.js';
import type { DecisionSummary } from '../../src/schema/decision.js';
import { freePort, start, type RunningProcess } from '../support/process.js';
import { pythonWith } from '../support/python.js';
import { eventually } from '../support/wait.js';

const run = promisify(execFile);
const PAGE = readFileSync(join(packageRoot, 'docs/integrations.md'), 'utf8');
const QUERY = 'Name a river.';
const TEXTS: Readonly<Record<string, string>> = {
  'lab/small': textFor(1, 'small', QUERY),
  'lab/large': textFor(1, 'large', QUERY, { words: 60 }),
};
const POINTSMAN = 'pointsman() { node dist/src/cli/main.js "$@"; }\n';

/** What became of a request to LiteLLM’s proxy. */
interface Sent {
  model: string;
  fallbacks: string[] | null;
  decision: string | null;
}

/** The fenced blocks of a section, in a language. */
function blocksOf(title: string, language: string): string[] {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(`${title}\n`));
  assert.ok(section !== undefined, `docs/integrations.md has no section ${JSON.stringify(title)}`);
  return [...section.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text]) => text!);
}

/** The one block of a section in a language. */
function blockOf(title: string, language: string): string {
  const blocks = blocksOf(title, language);
  assert.equal(blocks.length, 1, `${title}: ${blocks.length} blocks of ${language}`);
  return blocks[0]!;
}

describe('the recipes of docs/integrations.md', () => {
  let folder = '';
  let services: RunningProcess | undefined;
  let env: NodeJS.ProcessEnv = {};
  let ports: Readonly<Record<'8080' | '9001', number>>;

  /** What stands on the page, at the ports of this run: all that is changed of it. */
  const here = (text: string): string =>
    text.replaceAll(/\b(8080|9001)\b/g, (port) => String(ports[port as keyof typeof ports]));

  async function shell(script: string): Promise<string> {
    return (await run('bash', ['-euc', POINTSMAN + here(script)], { cwd: folder, env })).stdout;
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pointsman-recipes-'));
    for (const name of ['dist', 'node_modules']) symlinkSync(join(packageRoot, name), join(folder, name));
    ports = { 8080: await freePort(), 9001: await freePort() };
    const [services_, clients] = blocksOf('A service to try them with', 'sh') as [string, string];
    const clean = Object.entries(process.env).filter(([name]) => !/^(?:POINTSMAN|OPENAI|ANTHROPIC)_/.test(name));
    const told = here(clients).matchAll(/(\w+)=(\S+)/g);
    env = Object.fromEntries([...clean, ...Array.from(told, ([, name, value]) => [name, value] as const)]);
    // A group of its own, so that all that it starts ends with it.
    const script = `${POINTSMAN}${here(services_)}\nwait`;
    services = await start(
      'bash',
      ['-euc', script],
      'Pointsman listens on',
      { cwd: folder, env, detached: true },
      120_000,
    );
    const { pid } = services.child;
    process.once('exit', () => services && spawnSync('kill', ['-KILL', `-${pid}`]));
  });

  after(async () => {
    if (services !== undefined) process.kill(-services.child.pid!, 'SIGKILL');
    await services?.stop();
    services = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  /** What was decided last, as the service answers it. */
  async function decisions(): Promise<DecisionSummary[]> {
    const response = await fetch(here('http://127.0.0.1:8080/v1/decisions?limit=100'));
    return ((await response.json()) as { decisions: DecisionSummary[] }).decisions;
  }

  function isAnswer(line: string): void {
    const [model, ...words] = line.split(' ') as [string, ...string[]];
    assert.equal(words.join(' '), TEXTS[model], line);
  }

  test('set up a provider and a service, and say what they see', () => {
    const [said] = /(?:^ {4}.*\n)+/m.exec(PAGE)!;
    for (const line of here(said).trimEnd().split('\n')) assert.ok(services!.output().includes(line.trim()), line);
  });

  test('take feedback on an answer by its id', async () => {
    const said = await shell(blockOf('curl, and what the user thought of it', 'sh'));
    assert.ok(PAGE.includes(`\n    ${said}\n`), said);
  });

  for (const [title, lines] of [
    ['OpenAI’s clients', 2],
    ['Anthropic’s client', 1],
    ['Vercel AI SDK', 1],
    ['LangChain.js', 1],
  ] as const)
    test(`reach an LLM by ${title}`, async () => {
      const file = join(folder, 'recipe.mjs');
      writeFileSync(file, blockOf(title, 'js'));
      const { stdout } = await run(process.execPath, [file], { cwd: folder, env });
      const said = stdout.trimEnd().split('\n');
      assert.equal(said.length, lines, stdout);
      isAnswer(said[0]!);
      if (lines === 2) assert.ok(Object.values(TEXTS).includes(said[1]!), said[1]);
    });

  const openai = pythonWith('openai==3.22.1', 'openai');
  test('reach an LLM by OpenAI’s client for Python', { skip: 'lacking' in openai && openai.lacking }, async () => {
    assert.ok('env' in openai);
    const { stdout } = await run('python3', ['-c', blockOf('OpenAI’s clients', 'python')], {
      env: { ...env, PYTHONPATH: openai.env['PYTHONPATH'] },
    });
    isAnswer(stdout.trimEnd());
    await eventually('the decision of a task', async () => (await decisions()).some(({ task }) => task === 'rivers'));
  });

  test('let LiteLLM’s proxy ask for the decision, and tell how it went', async () => {
    const [script, hook] = ['test/endpoint/recipes/litellm.py', 'scripts/litellm/pointsman_hook.py'];
    const config = parse(here(blocksOf('LiteLLM', 'yaml').at(-1)!)) as object;
    const { stdout, stderr } = await run(
      'python3',
      [join(packageRoot, script!), join(packageRoot, hook!), JSON.stringify(config)],
      { env: { ...env, POINTSMAN_URL: here('http://127.0.0.1:8080') } },
    );
    const { forms, ...sent } = JSON.parse(stdout) as Record<string, Sent> & { forms: object };
    const { chosen, by_policy: byPolicy, failed, named, refused, fewer, alone, still, back } = sent;
    for (const { model, fallbacks } of [chosen!, byPolicy!, failed!, back!])
      assert.deepEqual([model, ...fallbacks!].toSorted(), ['lab/large', 'lab/small']);
    const untouched = { model: 'auto', fallbacks: null, decision: null };
    assert.deepEqual(named, { ...untouched, model: 'lab/small' });
    assert.deepEqual([refused, alone, still], [untouched, untouched, untouched]);
    assert.deepEqual([fewer!.model, fewer!.fallbacks], ['lab/small', []]);
    const { model: responder } = (forms as Record<'responses', Sent>).responses;
    assert.ok(responder.startsWith('lab/'));
    assert.deepEqual(forms, {
      responses: { model: responder, decided: true, user: 'ada' },
      completion: { model: responder, decided: true, user: null },
      empty: { model: 'auto', decided: false, user: null },
    });
    assert.equal(stderr.match(/Pointsman chose no model/g)?.length, 3);
    const logged = new Map<string, DecisionSummary>((await decisions()).map((one) => [one.decision_id, one]));
    assert.equal(logged.get(byPolicy!.decision!)!.policy, 'latency');
    for (const [{ model, decision }, error] of [
      [chosen!, null],
      [failed!, 'HTTP Error 404: Not Found'],
    ] as const) {
      const [outcome, ...others] = logged.get(decision!)!.outcomes;
      assert.deepEqual(others, []);
      assert.deepEqual(
        { model: outcome!.model, error: outcome!.error, cost: outcome!.cost_usd },
        { model, error, cost: error === null ? 0.002 : null },
      );
    }
  });

  test('declare providers, and an LLM that two of them have', async () => {
    const [providers, llm] = blocksOf('Providers', 'yaml') as [string, string];
    writeFileSync(join(folder, 'providers.yaml'), providers);
    writeFileSync(join(folder, 'llm.yaml'), llm);
    const said = await shell('pointsman providers apply providers.yaml 2>&1; pointsman models put llm.yaml');
    assert.match(said, /7 changed, 0 unchanged/);
    assert.match(said, /llama-70b added/);
  });
});
