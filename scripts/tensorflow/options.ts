import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PointsmanError, messageOf } from '../../src/base/errors.js';
import { packageRoot } from '../../src/base/paths.js';
import { ADDON_PACKAGE, TENSORFLOW_VERSION, TFJS_VERSION, type Variant } from './versions.js';

export const HELP = `Usage: npm run setup:tensorflow -- [options]

Builds ${ADDON_PACKAGE} ${TFJS_VERSION} against the shared libraries of TensorFlow ${TENSORFLOW_VERSION}
and checks that it computes. Run it again at any time: what is there is checked, what is
missing or half-done is repaired. Pointsman works without it, on the slower wasm backend.

Options:
  --dir DIR     where to put it (default: .tensorflow beside package.json,
                or POINTSMAN_TENSORFLOW_DIR)
  --gpu         with CUDA: the GPU wheel and the NVIDIA libraries that it names
                (several GB; needs an NVIDIA driver; not tried by Pointsman's own tests)
  --wheel FILE  a TensorFlow ${TENSORFLOW_VERSION} wheel already on disk, for a machine without a network
  --force       start afresh, even where what is there works
  --help        this text

Needs Linux with glibc, python3 with pip, a C++ compiler, make, npm, and 2 GB of disk (12 GB with --gpu).
Environment: PYTHON and CXX name another Python or compiler; npm_config_nodedir a folder
with include/node/node.h, where nodejs.org can't be reached.
Exit codes: 0 ready, 1 failed, 2 wrong usage.
`;

export interface Options {
  help: boolean;
  force: boolean;
  variant: Variant;
  /** Absolute path of the folder to set up. */
  dir: string;
  /** Absolute path of a wheel on disk; empty when it is to be downloaded. */
  wheel: string;
}

/** Throws `invalid_config` (exit code 2) for anything but the options in {@link HELP}. */
export function parseOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        dir: { type: 'string' },
        gpu: { type: 'boolean', default: false },
        wheel: { type: 'string' },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const dir = resolve(values.dir ?? (env['POINTSMAN_TENSORFLOW_DIR'] || join(packageRoot, '.tensorflow')));
    if (existsSync(dir) && !statSync(dir).isDirectory())
      throw new PointsmanError('invalid_config', `--dir: expected a folder, got the file ${dir}`);
    const wheel = values.wheel === undefined ? '' : resolve(values.wheel);
    if (wheel && !existsSync(wheel))
      throw new PointsmanError('invalid_config', `--wheel: expected a file, got ${wheel}, which is not there`);
    return { help: values.help, force: values.force, variant: values.gpu ? 'gpu' : 'cpu', dir, wheel };
  } catch (error) {
    if (error instanceof PointsmanError) throw error;
    throw new PointsmanError('invalid_config', `${messageOf(error)}. --help lists the options.`, { cause: error });
  }
}
