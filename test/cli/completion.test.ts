import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { completionFor, SHELLS } from '../../src/cli/completion.js';
import { programOf } from '../../src/cli/program.js';
import { treeOf } from '../../src/cli/tree.js';
import { done, workplace } from './support.js';

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** What bash offers for the last of some words. */
function offered(script: string, words: string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(' ');
  const ask = [
    `source '${script}'`,
    `COMP_WORDS=(${list})`,
    `COMP_CWORD=${words.length - 1}`,
    '_pointsman',
    `printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('; ');
  return execFileSync('bash', ['--norc', '-c', ask], { encoding: 'utf8' }).trim().split('\n').toSorted();
}

describe('completion', () => {
  test(
    'of bash offers commands, options, choices and files',
    { skip: !has('bash') && 'there is no bash' },
    async (t) => {
      const { file } = workplace(t);
      const script = file('pointsman.bash', await done('completion', 'bash'));
      const at = (...words: string[]) => offered(script, ['pointsman', ...words]);
      for (const command of ['doctor', 'decisions', 'models', 'completion'])
        assert.ok(at('').includes(command), command);
      assert.deepEqual(at('dec'), ['decisions']);
      assert.deepEqual(at('decisions', ''), ['help', 'list', 'show']);
      assert.deepEqual(at('jobs', 'list', '--state', ''), ['active', 'completed', 'failed', 'waiting']);
      assert.deepEqual(at('policies', 'preview', '--da'), ['--data', '--days']);
      assert.ok(at('decisions', 'list', '--').includes('--json'));
      assert.ok(!at('decisions', 'list', '--').includes('--prune'), 'an option of another command');
      assert.deepEqual(at('completion', ''), ['bash', 'fish', 'zsh']);
      assert.deepEqual(at('train', '--data', `${file('')}/point`), [script]);
      // What follows an option is not taken for a command.
      assert.ok(at('--help', 'mod').includes('models'));
    },
  );

  test('of fish offers commands, options and choices', { skip: !has('fish') && 'there is no fish' }, async (t) => {
    const script = workplace(t).file('pointsman.fish', await done('completion', 'fish'));
    const offers = (line: string): string[] =>
      execFileSync('fish', ['--no-config', '-c', `source '${script}'; complete -C '${line}'`], { encoding: 'utf8' })
        .trim()
        .split('\n')
        .toSorted();
    assert.deepEqual(offers('pointsman dec'), ['decisions\twhat was decided, and why']);
    assert.deepEqual(
      offers('pointsman jobs list --state ').map((line) => line.split('\t')[0]),
      ['active', 'completed', 'failed', 'waiting'],
    );
    assert.deepEqual(
      offers('pointsman policies preview --da').map((line) => line.split('\t')[0]),
      ['--data', '--days'],
    );
    assert.ok(!offers('pointsman policies preview --da').some((line) => line.includes('(')));
  });

  test('knows every command and option there is, in every shell', async () => {
    const tree = treeOf(await programOf());
    for (const shell of SHELLS) {
      const script = completionFor(shell, tree);
      for (const { path, options } of tree) {
        for (const name of path) assert.ok(script.includes(name), `${shell}: ${name}`);
        for (const { flags } of options)
          for (const flag of flags)
            assert.ok(script.includes(shell === 'fish' ? flag.replace(/^--?/, '') : flag), `${shell}: ${flag}`);
      }
    }
  });

  for (const shell of SHELLS)
    test(`of ${shell} is a script that it reads`, { skip: !has(shell) && `there is no ${shell}` }, async (t) => {
      const script = workplace(t).file(`pointsman.${shell}`, await done('completion', shell));
      const { status, stderr } = spawnSync(shell, ['-n', script], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
    });
});
