import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/base/paths.js';
import { packageInstalled } from '../../scripts/tensorflow/addon.js';
import { librariesIn } from '../../scripts/tensorflow/libraries.js';
import { nodeHeaders } from '../../scripts/tensorflow/needs.js';
import { hintFor, run } from '../../scripts/tensorflow/run.js';
import { addonFolder, gpuLines, verify } from '../../scripts/tensorflow/verify.js';

const script = fileURLToPath(new URL('../../scripts/setup-tensorflow.js', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'pointsman-tensorflow-'));
after(() => rmSync(work, { recursive: true, force: true }));

const ready = process.env['POINTSMAN_TENSORFLOW_DIR'] || join(packageRoot, '.tensorflow');
const notReady =
  packageInstalled(ready) && librariesIn(ready)
    ? false
    : `TensorFlow is not set up in ${ready}: npm run setup:tensorflow`;

const setup = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ReturnType<typeof run> =>
  run(process.execPath, [script, ...args], { env: { ...process.env, ...env } });

/** A folder as a set-up leaves it, around the TensorFlow of `ready`; the addon package is a copy. */
function copyOfReady(name: string): string {
  const dir = join(work, name);
  const scope = join(dir, 'node_modules/@tensorflow');
  mkdirSync(scope, { recursive: true });
  writeFileSync(join(dir, 'package.json'), '{}');
  symlinkSync(join(ready, 'tensorflow'), join(dir, 'tensorflow'));
  const from = join(ready, 'node_modules');
  for (const entry of readdirSync(from))
    if (entry !== '@tensorflow') symlinkSync(join(from, entry), join(dir, 'node_modules', entry));
  for (const entry of readdirSync(join(from, '@tensorflow')))
    if (entry !== 'tfjs-node-gpu') symlinkSync(join(from, '@tensorflow', entry), join(scope, entry));
  cpSync(addonFolder(ready), addonFolder(dir), { recursive: true, verbatimSymlinks: true });
  return dir;
}

test('--help names every option and exits with 0', async () => {
  const { code, stdout } = await setup(['--help']);
  assert.equal(code, 0);
  for (const word of ['--dir', '--gpu', '--wheel', '--force', 'POINTSMAN_TENSORFLOW_DIR'])
    assert.ok(stdout.includes(word), word);
});

test('wrong usage exits with 2 and says what was expected', async () => {
  const file = join(work, 'a-file');
  writeFileSync(file, '');
  for (const [args, said] of [
    [['--fast'], /--fast/],
    [['--dir', file], /expected a folder/],
    [['--wheel', join(work, 'none.whl')], /expected a file/],
  ] as const) {
    const { code, output } = await setup(args);
    assert.equal(code, 2, output);
    assert.match(output, said);
  }
});

test('a machine without the tools is told which, and nothing is left behind', async () => {
  const dir = join(work, 'no-tools');
  const { code, output } = await setup(['--dir', dir], { PATH: join(work, 'empty'), PYTHON: '', CXX: '' });
  assert.equal(code, 1);
  for (const need of ['npm', 'python3-pip', 'apt-get install g++', 'apt-get install make'])
    assert.ok(output.includes(need), `${need} in ${output}`);
  assert.equal(existsSync(dir), false);
});

test('what a failed program says becomes advice', () => {
  assert.match(hintFor('OSError: [Errno 28] No space left on device'), /disk is full/);
  assert.match(hintFor('npm error code ENOTFOUND'), /proxy/);
  assert.match(hintFor('[Errno -2] Name or service not known … ERROR: No matching distribution found'), /proxy/);
  assert.match(hintFor('ERROR: No matching distribution found for tensorflow-cpu'), /--wheel/);
  assert.equal(hintFor('error: expected primary-expression'), '');
});

test("TensorFlow's log tells which GPU it uses, or why none", () => {
  const made =
    'I0000 00:00:17.5 1 gpu_device.cc:2040] Created device /job:localhost/replica:0/task:0/device:GPU:0 with ' +
    '138000 MB memory:  -> device: 0, name: NVIDIA H200, pci bus id: 0000:01:00.0';
  assert.deepEqual(gpuLines(`noise\n${made}\n`), ['GPU:0 is NVIDIA H200 with 138000 MB']);
  assert.deepEqual(
    gpuLines('I cuda_cudart_stub.cc:31] Could not find cuda drivers on your machine, GPU will not be used.'),
    ['Could not find cuda drivers on your machine, GPU will not be used.'],
  );
});

test("Node's headers are taken only from a folder that has those of this Node", () => {
  const folder = join(work, 'headers');
  mkdirSync(join(folder, 'include/node'), { recursive: true });
  const version = join(folder, 'include/node/node_version.h');
  writeFileSync(version, `#define NODE_MAJOR_VERSION ${process.versions.node.split('.')[0]}\n`);
  assert.equal(nodeHeaders({ npm_config_nodedir: folder }), folder);
  writeFileSync(version, '#define NODE_MAJOR_VERSION 4\n');
  assert.notEqual(nodeHeaders({ npm_config_nodedir: folder }), folder);
});

test('a folder without the addon does not work, and says so', async () => {
  const verdict = await verify(work);
  assert.equal(verdict.works, false);
  assert.match(verdict.works ? '' : verdict.why, /tfjs-node-gpu/);
});

test('a second run checks what is there and leaves it', { skip: notReady }, async () => {
  const { code, output } = await setup([], { POINTSMAN_TENSORFLOW_DIR: ready });
  assert.equal(code, 0, output);
  assert.match(output, /TensorFlow 2\.21\.0/);
  assert.doesNotMatch(output, /Repairing|Setting up/);
});

test(
  'a half-built addon is built again, and finds its libraries without LD_LIBRARY_PATH',
  { skip: notReady },
  async () => {
    const dir = copyOfReady('half');
    const before = await verify(dir);
    assert.equal(before.works, true, JSON.stringify(before));
    const lib = join(addonFolder(dir), 'lib');
    const binding = readdirSync(lib, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith('tfjs_binding.node'),
    );
    assert.ok(binding);
    truncateSync(join(lib, binding), 20_000);
    rmSync(join(addonFolder(dir), 'deps'), { recursive: true });
    const env = { LD_LIBRARY_PATH: '', PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
    const { code, output } = await setup(['--dir', dir], env);
    assert.equal(code, 0, output);
    assert.match(output, /Repairing/);
    assert.equal((await verify(dir)).works, true);
  },
);
