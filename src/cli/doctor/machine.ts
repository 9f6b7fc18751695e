import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../base/paths.js';
import { openEncoder } from '../../encoder/index.js';
import { openBackend } from '../../tensor/backend.js';
import { version } from '../version.js';
import { fault, looked, ok, warning, type Finding } from './finding.js';

const LEAST_NODE = 20;
const OPTIONAL = {
  '@energetic-ai/embeddings': '--encoder energetic',
  '@huggingface/transformers': '--encoder onnx:…',
  'better-sqlite3-13': 'SQLite of Node 22.14 and later',
};

function node(): Finding {
  const found = `Node ${process.versions.node} on ${process.platform} ${process.arch}`;
  const major = Number(process.versions.node.split('.', 1)[0]);
  return major < LEAST_NODE ? fault('node', found, `install Node ${LEAST_NODE} or later`) : ok('node', found);
}

function dashboard(): Finding {
  const isBuilt = existsSync(join(packageRoot, 'dist/dashboard/index.html'));
  return isBuilt
    ? ok('dashboard', 'built')
    : warning('dashboard', 'not built: the service has no pages to show', '`npm run build` builds it');
}

async function backend(): Promise<Finding> {
  const { name, description } = await openBackend('auto');
  if (name === 'tensorflow') return ok('tensorflow', description);
  const remedy = '`npm run setup:tensorflow` gets TensorFlow’s own library, with which training is faster';
  return warning('tensorflow', `${description}, as TensorFlow’s own library is not here`, remedy);
}

async function encoder(spec: string): Promise<Finding> {
  const opened = await openEncoder(spec);
  const [vector] = await opened.encode(['What is the capital of Peru?']);
  return ok('encoder', `${opened.id}, ${vector!.length} numbers a text`);
}

function optionalPackages(): Finding {
  const require = createRequire(join(packageRoot, 'package.json'));
  const isThere = (name: string): boolean => {
    try {
      require.resolve(`${name}/package.json`);
      return true;
    } catch (error) {
      // A package that does not export its package.json is there all the same.
      return (error as NodeJS.ErrnoException).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
    }
  };
  const found = Object.entries(OPTIONAL).map(
    ([name, what]) => `${name} ${isThere(name) ? 'installed' : 'not installed'} (${what})`,
  );
  return ok('optional packages', found.join('; '));
}

/** Variables whose names are close to a setting's and are none. */
function settings(known: ReadonlySet<string>): Finding {
  const unknown = Object.keys(process.env).filter((name) => name.startsWith('POINTSMAN_') && !known.has(name));
  return unknown.length === 0
    ? ok('settings', 'every POINTSMAN_… variable is a known one')
    : warning('settings', `not read by anything: ${unknown.join(', ')}`, 'correct the name, or unset it');
}

/** What this installation is like. */
export async function lookAtMachine(spec: string, known: ReadonlySet<string>): Promise<Finding[]> {
  return [
    node(),
    ok('pointsman', `version ${version} in ${packageRoot}`),
    settings(known),
    ...(await looked('tensorflow', '`npm ci` installs what is missing', backend)),
    ...(await looked('encoder', 'install what the message names, or choose another --encoder', () => encoder(spec))),
    optionalPackages(),
    dashboard(),
  ];
}
