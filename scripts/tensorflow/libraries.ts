import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PointsmanError } from '../../src/base/errors.js';
import { python } from './needs.js';
import { mustRun } from './run.js';
import { TENSORFLOW_VERSION, WHEEL_NAME, type Variant } from './versions.js';

/** The parts of the wheel that the addon is compiled and run against; the rest, Python and all, stays packed. */
const WANTED = [
  'tensorflow/libtensorflow',
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/',
  'tensorflow/include/xla/tsl/',
  'tensorflow/include/tsl/',
];

/** Unpacks what begins with one of argv[3:] from wheel argv[1] to folder argv[2]; checks each file's CRC. */
const UNPACK = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for item in wheel.infolist():
        if item.filename.startswith(tuple(sys.argv[3:])):
            wheel.extract(item, sys.argv[2])`;

/** Prints the requirements that wheel argv[1] has under its extra "and-cuda", such as nvidia-cudnn-cu12==9.3. */
const CUDA_REQUIREMENTS = `import re, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    name = next(n for n in wheel.namelist() if n.endswith('.dist-info/METADATA'))
    for line in wheel.read(name).decode().splitlines():
        found = re.match(r'Requires-Dist: (nvidia-[^;]+);.*and-cuda', line)
        if found:
            print(re.sub(r'[\\s()]', '', found[1]))`;

const MARKER = 'pointsman.json';

interface Marker {
  version: string;
  variant: Variant;
  arch: string;
}

/** What `dir/tensorflow` holds; it is written last, so it vouches for the rest. */
function readMarker(dir: string): Marker | undefined {
  const file = join(dir, 'tensorflow', MARKER);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Marker) : undefined;
}

/** Which libraries are there, whole and of the right version. The GPU ones also compute without a GPU. */
export function librariesIn(dir: string): Variant | undefined {
  const marker = readMarker(dir);
  return marker?.version === TENSORFLOW_VERSION && marker.arch === process.arch ? marker.variant : undefined;
}

/**
 * pip's options for the wheel of one fixed Python: the libraries inside are the same for all, so the
 * Python that runs pip may be any.
 */
function pipTarget(): string[] {
  const cpu = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const platforms = ['2_27', '2_28', '2_17', '2014'].flatMap((tag) => [
    '--platform',
    `manylinux${tag === '2014' ? '' : '_'}${tag}_${cpu}`,
  ]);
  return [
    '--only-binary=:all:',
    '--python-version',
    '3.11',
    '--implementation',
    'cp',
    '--abi',
    'cp311',
    '--abi',
    'none',
    ...platforms,
  ];
}

async function download(requirements: readonly string[], folder: string, log: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  // pip's own temporary files stay on the same disk, and its cache gets no copy.
  const env = { ...process.env, TMPDIR: folder };
  await mustRun(
    `Downloading ${requirements.join(' ')} with pip`,
    python(),
    [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--no-cache-dir',
      '--progress-bar',
      'off',
      ...pipTarget(),
      '--dest',
      folder,
      ...requirements,
    ],
    { env, log },
  );
  return readdirSync(folder)
    .filter((name) => name.endsWith('.whl'))
    .map((name) => join(folder, name));
}

async function unpack(wheel: string, folder: string, prefixes: readonly string[], log: string): Promise<void> {
  await mustRun(`Unpacking ${wheel}`, python(), ['-c', UNPACK, wheel, folder, ...prefixes], { log });
}

/**
 * The CUDA libraries that the GPU wheel names go where its libraries look for them
 * (`$ORIGIN/../nvidia`), so that no LD_LIBRARY_PATH and no system-wide CUDA is needed.
 */
async function addCuda(wheel: string, dir: string, work: string, log: string): Promise<void> {
  const { stdout } = await mustRun(
    'Reading which CUDA libraries the wheel needs',
    python(),
    ['-c', CUDA_REQUIREMENTS, wheel],
    { log },
  );
  const unpacked = join(work, 'cuda-unpacked');
  for (const file of await download(stdout.split('\n').filter(Boolean), join(work, 'cuda'), log)) {
    await unpack(file, unpacked, ['nvidia/'], log);
    rmSync(file);
  }
  rmSync(join(dir, 'nvidia'), { recursive: true, force: true });
  renameSync(join(unpacked, 'nvidia'), join(dir, 'nvidia'));
}

/**
 * Fetches the TensorFlow wheel (or takes `wheel`, a file) and leaves its libraries and headers in
 * `dir/tensorflow`. Everything is prepared apart and renamed, so that a killed run leaves no half.
 */
export async function fetchLibraries(dir: string, variant: Variant, wheel: string, log: string): Promise<void> {
  const work = join(dir, 'download');
  rmSync(work, { recursive: true, force: true });
  const [file] = wheel ? [wheel] : await download([`${WHEEL_NAME[variant]}==${TENSORFLOW_VERSION}`], work, log);
  if (file === undefined)
    throw new PointsmanError('backend_unavailable', 'pip said that it downloaded the wheel, but left none');
  const unpacked = join(work, 'unpacked');
  await unpack(file, unpacked, WANTED, log);
  const fresh = join(unpacked, 'tensorflow');
  if (!existsSync(join(fresh, 'libtensorflow_cc.so.2')))
    throw new PointsmanError(
      'backend_unavailable',
      `${file} holds no tensorflow/libtensorflow_cc.so.2: expected a Linux wheel of TensorFlow ${TENSORFLOW_VERSION}`,
    );
  if (variant === 'gpu') await addCuda(file, dir, work, log);
  writeFileSync(
    join(fresh, MARKER),
    JSON.stringify({ version: TENSORFLOW_VERSION, variant, arch: process.arch } satisfies Marker),
  );
  rmSync(join(dir, 'tensorflow'), { recursive: true, force: true });
  renameSync(fresh, join(dir, 'tensorflow'));
  rmSync(work, { recursive: true, force: true });
}
