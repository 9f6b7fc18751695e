/** `npm run setup:tensorflow`: builds and checks the TensorFlow backend. `--help` says the rest. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PointsmanError, messageOf } from '../src/base/errors.js';
import { packageRoot } from '../src/base/paths.js';
import { buildAddon, installPackage, packageInstalled } from './tensorflow/addon.js';
import { fetchLibraries, librariesIn } from './tensorflow/libraries.js';
import { missingNeeds } from './tensorflow/needs.js';
import { HELP, parseOptions, type Options } from './tensorflow/options.js';
import { holdsAddon, resolvesAddon, verify, type Verdict } from './tensorflow/verify.js';
import { ADDON_PACKAGE, DISK_NEEDED, TENSORFLOW_VERSION, TFJS_VERSION } from './tensorflow/versions.js';

const print = (text: string): void => void process.stdout.write(text);

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Says what is done while it is done, and how long it took. */
async function step(what: string, done: boolean, work: () => Promise<void>): Promise<void> {
  print(`  ${what} … `);
  const started = performance.now();
  if (!done) await work();
  print(done ? 'already there\n' : `done in ${seconds(started)}\n`);
}

function printFound(where: string, verdict: Verdict & { works: true }): void {
  const { tensorflow, device, matMulMs } = verdict.found;
  print(`  TensorFlow ${tensorflow} in ${where}, on the ${device}\n`);
  print(`  a matrix product and a gradient came out right; 1024×1024 product in ${matMulMs.toFixed(1)} ms\n`);
  for (const line of verdict.gpuLog) print(`  ${line}\n`);
}

/** Whether what works is also what was asked for. */
function suits(verdict: Verdict, options: Options): verdict is Verdict & { works: true } {
  return (
    verdict.works && (options.variant === 'cpu' || verdict.found.device === 'GPU' || librariesIn(options.dir) === 'gpu')
  );
}

async function build(options: Options): Promise<Verdict> {
  const { dir, variant, wheel } = options;
  const present = librariesIn(dir);
  const enough = present === variant || present === 'gpu';
  const missing = await missingNeeds(dir, DISK_NEEDED[enough ? 'repair' : variant]);
  if (missing.length > 0)
    throw new PointsmanError(
      'backend_unavailable',
      `This machine lacks:\n${missing.map((need) => `  - ${need}`).join('\n')}`,
    );
  mkdirSync(dir, { recursive: true });
  const log = join(dir, 'setup.log');
  rmSync(log, { force: true });
  await step(`npm package ${ADDON_PACKAGE} ${TFJS_VERSION}`, packageInstalled(dir), () => installPackage(dir, log));
  await step(
    `libraries of TensorFlow ${TENSORFLOW_VERSION} (${variant === 'gpu' ? 'several GB' : 'about 270 MB'} to download)`,
    enough,
    () => fetchLibraries(dir, variant, wheel, log),
  );
  await step('addon, compiled', false, () => buildAddon(dir, log));
  return verify(dir);
}

async function setUp(options: Options): Promise<void> {
  const { dir, force, variant } = options;
  if (!force && resolvesAddon(packageRoot)) {
    const stock = await verify(packageRoot);
    if (stock.works && (variant === 'cpu' || stock.found.device === 'GPU')) {
      print(`${ADDON_PACKAGE} is installed beside Pointsman and works: it is used, and nothing need be built.\n`);
      printFound('node_modules', stock);
      return;
    }
  }
  if (force)
    for (const part of ['node_modules', 'tensorflow', 'nvidia', 'download'])
      rmSync(join(dir, part), { recursive: true, force: true });
  const before = holdsAddon(dir) ? await verify(dir) : undefined;
  if (before && suits(before, options)) {
    print('TensorFlow is ready.\n');
    printFound(dir, before);
    return;
  }
  print(`${before || existsSync(join(dir, 'download')) ? 'Repairing' : 'Setting up'} TensorFlow in ${dir}\n`);
  const after = await build(options);
  if (!after.works)
    throw new PointsmanError(
      'backend_unavailable',
      `It was built but does not work: ${after.why}\nStart afresh with --force.`,
    );
  printFound(dir, after);
  if (variant === 'gpu' && after.found.device !== 'GPU')
    print('No GPU is used: the lines above, or `nvidia-smi`, tell why. Everything else works.\n');
}

async function main(): Promise<number> {
  const started = performance.now();
  try {
    const options = parseOptions(process.argv.slice(2), process.env);
    if (options.help) {
      print(HELP);
      return 0;
    }
    await setUp(options);
    print(`Done in ${seconds(started)}.\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`\nsetup:tensorflow: ${messageOf(error)}\n`);
    return error instanceof PointsmanError ? error.exitCode : 1;
  }
}

process.exitCode = await main();
