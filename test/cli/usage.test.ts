import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { freePort } from '../support/process.js';
import { inOneProcess } from './runs.js';
import { pointsman, workplace, type Ran } from './support.js';

/** Every command and subcommand. */
const COMMANDS = [
  'import',
  'train',
  'route',
  'evaluate',
  'export',
  'start',
  'serve',
  'worker',
  'demo',
  'schedule',
  'schedule show',
  'schedule set',
  'schedule delete',
  'policies',
  'policies list',
  'policies show',
  'policies put',
  'policies delete',
  'decisions',
  'decisions list',
  'decisions show',
  'summary',
  'alerts',
  'alerts list',
  'alerts resolve',
  'health',
  'health show',
  'health out',
  'health back',
  'judge',
  'judge status',
  'judge set',
  'load',
  'models',
  'models list',
  'models show',
  'models put',
  'models delete',
  'providers',
  'providers list',
  'providers add',
  'providers remove',
  'providers apply',
  'providers check',
  'weights',
  'weights list',
  'weights activate',
  'jobs',
  'jobs list',
  'jobs show',
  'jobs start',
  'jobs watch',
  'doctor',
  'completion',
];

describe('--help', () => {
  test('of pointsman names every command', async () => {
    const { code, stdout, stderr } = await pointsman(['--help']);
    assert.deepEqual([code, stderr], [0, '']);
    for (const command of COMMANDS.filter((name) => !name.includes(' ')))
      assert.match(stdout, new RegExp(`^  ${command}\\b`, 'm'));
    assert.equal((await pointsman(['--version'])).stdout.trim().split('.').length, 3);
  });

  test('of every command says what it does, and runs nothing', async (t) => {
    const { data } = workplace(t);
    const ran = await inOneProcess(
      COMMANDS.map((command) => [...command.split(' '), '--help']),
      { POINTSMAN_DATA: data },
    );
    for (const [i, command] of COMMANDS.entries()) {
      const { code, stdout, stderr } = ran[i]!;
      assert.deepEqual([code, stderr], [0, ''], command);
      assert.match(stdout, new RegExp(`^Usage: pointsman ${command}\\b`), command);
      // Whatever opens the data folder says where it is, with its default and variable.
      if (
        /^(?:import|train|route|evaluate|export|start|serve|worker|models \w|providers \w|weights \w|doctor)/.test(
          command,
        )
      )
        assert.match(stdout, /--data <dir>[^-]*env:\s+POINTSMAN_DATA/, command);
    }
    assert.ok(!existsSync(data));
  });
});

/** Runs commands, each with what standard error has to hold. */
async function assertEnds(
  code: number,
  cases: readonly [args: string[], stderr: RegExp, env?: NodeJS.ProcessEnv][],
): Promise<void> {
  for (const [args, stderr, env = {}] of cases) {
    const ran: Ran = await pointsman(args, { env });
    assert.equal(ran.code, code, `${args.join(' ')}: ${ran.stderr}`);
    assert.match(ran.stderr, stderr, args.join(' '));
    assert.doesNotMatch(ran.stderr, /^ +at .*\.js:\d/m, `${args.join(' ')}: no stack`);
    assert.equal(ran.stdout, '', args.join(' '));
  }
}

describe('exit codes', () => {
  test('2 for wrong usage, with what was expected', async (t) => {
    const at = ['--data', workplace(t).data];
    await assertEnds(2, [
      [[], /Usage: pointsman/],
      [['rout'], /unknown command 'rout'.*Did you mean route/s],
      [['train', '--sed', '1'], /unknown option '--sed'.*--seed/s],
      [['train', '--seed', '0', ...at], /--seed.*expected an integer from 1 to 2147483647, got "0"/],
      [['train', '--half-life-days', '0', ...at], /--half-life-days.*expected a number from 1 to 36500, got "0"/],
      [['train', '--design', 'best', ...at], /--design.*Allowed choices are structured-trainable/s],
      [['train', '--backend', 'gpu', ...at], /--backend.*auto, tensorflow, wasm, cpu/s],
      [['train', ...at], /POINTSMAN_BACKEND/, { POINTSMAN_BACKEND: 'gpu' }],
      [['evaluate', '--folds', '1', ...at], /--folds.*expected an integer from 2 to 20, got "1"/],
      [['import', ...at], /missing required argument 'file'/],
      [['route', ...at], /exactly one of a query and --input/],
      [['route', 'x', '--input', 'y', ...at], /exactly one of a query and --input/],
      [['route', 'x', '--output', 'y', ...at], /--output goes with --input/],
      [['route', 'x', '--min-quality', '2', ...at], /expected a number from 0 to 1, got "2"/],
      [['route', 'x', '--encoder', 'word2vec', ...at], /encoder: expected one of static.*"word2vec"/],
      [['export', ...at], /required option '--output <dir>'/],
      [['judge', 'set', '--share', '2'], /expected a number from 0 to 1, got "2"/],
      [['judge', 'set', '--policy-share', 'cost'], /expected NAME=SHARE, got "cost"/],
      [['start', '--port', '70000', ...at], /expected an integer from 0 to 65535, got "70000"/],
      [['start', ...at], /POINTSMAN_PORT/, { POINTSMAN_PORT: 'http' }],
      [['start', '--port', '0', '--queue', 'amqp://x', ...at], /POINTSMAN_QUEUE: expected redis/],
    ]);
  });

  test('1 for what failed, with what can be done about it', async (t) => {
    const { data, file } = workplace(t);
    const at = ['--data', data];
    const nobody = `http://127.0.0.1:${await freePort()}`;
    await assertEnds(1, [
      [['import', file('missing.jsonl'), ...at], /missing\.jsonl/],
      [
        ['import', file('wrong.jsonl', '{"query": "x", "model": "m", "score": 2}\n'), ...at],
        /wrong\.jsonl.*line 1.*score: expected .*1, got 2/,
      ],
      [['train', '--backend', 'wasm', ...at], /no LLM yet/],
      [['evaluate', '--backend', 'wasm', ...at], /no LLM yet/],
      [['export', '--output', file('out'), ...at], /Nothing is trained/],
      [['weights', 'activate', '0123456789abcdef', ...at], /no version "0123456789abcdef"/],
      [['models', 'show', 'nobody', ...at], /model: expected the id of a known LLM, got "nobody"/],
      [
        ['models', 'put', file('profile.yaml', 'id: x\nsize_b: -3\n'), ...at],
        /profile\.yaml:2:9: size_b: expected .*, got -3/,
      ],
      [['route', '--input', file('missing.jsonl'), ...at], /missing\.jsonl/],
      [['alerts', 'resolve', 'x', '--url', nobody], /No service answers/],
      [['jobs', '--url', nobody], /No service answers at http:\/\/127\.0\.0\.1:\d+ .*pointsman start/],
      [['schedule', 'set', '0 3 * * *', '--url', nobody], /No service answers/],
      [['judge', '--url', nobody], /No service answers/],
      [['load', '--url', nobody], /No service answers/],
    ]);
    assert.ok(!existsSync(file('out')));
  });
});
