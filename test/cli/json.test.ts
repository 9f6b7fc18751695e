import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { programOf } from '../../src/cli/program.js';
import { treeOf, type CommandNode } from '../../src/cli/tree.js';
import { inOneProcess } from './runs.js';
import { done, HASHING, jsonLines, scoreRows, workplace } from './support.js';

/** Commands that answer no JSON. */
const WITHOUT_JSON: Record<string, string> = {
  start: 'it runs until it is stopped; its log is JSON',
  serve: 'likewise',
  worker: 'likewise',
  demo: 'a show for people, which then runs until it is stopped',
  completion: 'what it prints is a script',
};

/** Commands that are about a folder alone. */
const FOLDER_ALONE: Record<string, string> = {
  import: 'files are read here; a service takes feedback',
  train: 'it trains here; `jobs start` has a service train',
  evaluate: 'it measures here',
  start: 'it is the service',
  serve: 'likewise',
  worker: 'likewise',
  demo: 'likewise',
  'ledger vacuum': 'it writes the file of the ledger anew',
};
/** Commands that are about neither. */
const NEITHER: Record<string, string> = { 'models validate': 'it reads files of profiles', completion: 'a script' };

const leaves = async (): Promise<Map<string, CommandNode>> =>
  new Map(
    treeOf(await programOf())
      .filter(({ commands, path }) => commands.length === 0 && path.length > 0)
      .map((node) => [node.path.join(' '), node]),
  );

const has = (node: CommandNode, flag: string): boolean => node.options.some(({ flags }) => flags.includes(flag));

describe('every command', () => {
  test('answers JSON, of a shape that its help says, or has a reason not to', async () => {
    const commands = await leaves();
    assert.ok(commands.size > 50, String(commands.size));
    for (const [name, node] of commands) {
      const json = node.options.find(({ flags }) => flags.includes('--json'));
      if (name in WITHOUT_JSON) assert.equal(json, undefined, name);
      else assert.match(json?.text ?? 'none', /^answer as JSON: ./, name);
    }
    for (const name of Object.keys(WITHOUT_JSON)) assert.ok(commands.has(name), name);
  });

  test('names a folder and a service alike, or has a reason not to', async () => {
    for (const [name, node] of await leaves()) {
      const wanted = name in NEITHER ? [false, false] : [true, !(name in FOLDER_ALONE)];
      assert.deepEqual([has(node, '--data'), has(node, '--url')], wanted, name);
    }
  });
});

describe('over a data folder', () => {
  test('commands answer JSON that holds what their help says', async (t) => {
    const { data, file } = workplace(t);
    await done('import', file('log.jsonl', jsonLines(scoreRows(6))), '--data', data);
    const rules = file('night.yaml', 'cheapest_within: 0.05\n');
    const lines: [line: string[], holds: string[]][] = [
      [
        ['policies', 'put', 'night', rules],
        ['name', 'cheapest_within'],
      ],
      [['policies', 'list'], ['policies']],
      [
        ['policies', 'show', 'night'],
        ['name', 'cheapest_within'],
      ],
      [['policies', 'delete', 'night'], ['deleted']],
      [
        ['decisions', 'list'],
        ['decisions', 'next'],
      ],
      [['summary'], ['days']],
      [['alerts', '--all'], ['alerts']],
      [['health', 'show'], ['models']],
      [
        ['health', 'out', 'poet', '--reason', 'tired'],
        ['model', 'state'],
      ],
      [['load'], ['models']],
      [
        ['judge', 'status'],
        ['enabled', 'today', 'agreement'],
      ],
      [
        ['judge', 'set', '--budget', '2'],
        ['enabled', 'today', 'agreement'],
      ],
      [
        ['schedule', 'set', '0 3 * * *', '--min-new', '2'],
        ['pattern', 'next_run'],
      ],
      [
        ['schedule', 'show'],
        ['pattern', 'next_run'],
      ],
      [['schedule', 'delete'], ['deleted']],
      [
        ['models', 'list'],
        ['models', 'undeclared'],
      ],
      [
        ['models', 'show', 'poet'],
        ['id', 'learned'],
      ],
      [
        ['models', 'settings', '--max-models', '7'],
        ['register_unknown', 'max_models'],
      ],
      [
        ['providers', 'add', 'lab', '--base-url', 'http://127.0.0.1:9/v1'],
        ['name', 'base_url'],
      ],
      [['providers', 'list'], ['providers']],
      [['providers', 'remove', 'lab'], ['removed']],
      [
        ['keys', 'create', 'app', '--scopes', 'read'],
        ['id', 'key'],
      ],
      [['keys', 'list'], ['keys']],
      [['weights', 'list'], ['weights']],
      [['experiments', 'list'], ['experiments']],
      [
        ['ledger', 'retention'],
        ['retention', 'decision_log', 'tables', 'file'],
      ],
      [['doctor'], ['state', 'findings']],
    ];
    const ran = await inOneProcess(
      lines.map(([line]) => [...line, '--json', '--data', data]),
      {
        POINTSMAN_ENCODER: HASHING[1],
        FORCE_COLOR: '1',
      },
    );
    for (const [i, [line, holds]] of lines.entries()) {
      const { code, stdout, stderr } = ran[i]!;
      assert.equal(code, 0, `${line.join(' ')}: ${stderr}`);
      const answer = JSON.parse(stdout) as Record<string, unknown>;
      for (const field of holds) assert.ok(field in answer, `${line.join(' ')}: ${field} in ${stdout}`);
    }
  });
});
