import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PointsmanError, messageOf } from '../base/errors.js';
import { packageRoot } from '../base/paths.js';
import { registerGraphs } from './compiled.js';
import type { Messages } from './graph-def.js';
import { registerExplicitTransposes } from './matmul-gradient.js';
import { registerPlainMatMul } from './plain-matmul.js';
import { restoreRemovedUtil } from './removed-util.js';
import type { TensorFlow } from './types.js';

export interface Backend {
  tf: TensorFlow;
  /** `tensorflow`, `wasm` or `cpu`. */
  name: 'tensorflow' | 'wasm' | 'cpu';
  /** What runs, for people: `TensorFlow 2.21.0 (CPU)`, `TensorFlow 2.21.0 (GPU: NVIDIA H100 80GB HBM3)`. */
  description: string;
}

type NativeTensorFlow = Omit<TensorFlow, 'backend'> & {
  backend(): { binding: { TF_Version: string }; isUsingGpuDevice: boolean };
};

/** Where `npm run setup:tensorflow` puts TensorFlow's own library and its addon. */
export const tensorflowDir = (): string => process.env['POINTSMAN_TENSORFLOW_DIR'] || join(packageRoot, '.tensorflow');

/** `GPU`, and which one, by NVIDIA's own tool: TensorFlow computes on the first that it sees. */
function gpuName(): string {
  const seen = process.env['CUDA_VISIBLE_DEVICES']?.split(',')[0];
  try {
    const name = execFileSync(
      'nvidia-smi',
      ['--query-gpu=name', '--format=csv,noheader', ...(seen ? ['-i', seen] : [])],
      { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    return `GPU: ${name.split('\n')[0]!.trim()}`;
  } catch {
    return 'GPU';
  }
}

function openTensorFlow(): Backend {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  // A GPU's memory is taken as it is needed, not all at once.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  // With oneDNN TensorFlow fuses a matrix product and a sum with a single row, and then refuses that row as a bias:
  // logs without tasks have such rows. Without it a step takes no longer.
  process.env['TF_ENABLE_ONEDNN_OPTS'] = '0';
  restoreRemovedUtil();
  const reasons: string[] = [];
  for (const folder of [packageRoot, tensorflowDir()]) {
    try {
      const require = createRequire(join(folder, 'package.json'));
      // Looked for first: a package without its addon would load TensorFlow.js before it fails.
      const addon = join(
        dirname(require.resolve('@tensorflow/tfjs-node-gpu/package.json')),
        'lib/napi-v8/tfjs_binding.node',
      );
      if (!existsSync(addon)) throw new Error('the addon of @tensorflow/tfjs-node-gpu is not built');
      const tf = require('@tensorflow/tfjs-node-gpu') as NativeTensorFlow;
      const native = tf.backend();
      const device = native.isUsingGpuDevice ? gpuName() : 'CPU';
      registerPlainMatMul(tf as unknown as TensorFlow);
      registerGraphs(
        tf as unknown as TensorFlow,
        require('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as Messages,
      );
      return {
        tf: tf as unknown as TensorFlow,
        name: 'tensorflow',
        description: `TensorFlow ${native.binding.TF_Version} (${device})`,
      };
    } catch (error) {
      reasons.push(`${folder}: ${messageOf(error).split('\n')[0]}`);
    }
  }
  throw new PointsmanError(
    'backend_unavailable',
    `TensorFlow’s library is not here; \`npm run setup:tensorflow\` gets it (${reasons.join('; ')})`,
  );
}

async function openWasm(): Promise<Backend> {
  const [tf, wasm] = await Promise.all([import('@tensorflow/tfjs'), import('@tensorflow/tfjs-backend-wasm')]);
  const require = createRequire(import.meta.url);
  // Production mode leaves out advice on standard error to install another backend.
  tf.enableProdMode();
  wasm.setWasmPaths(join(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'), '../dist/'));
  // One thread: the threaded build starts web workers, which Node's process would wait for.
  wasm.setThreadsCount(1);
  if (!(await tf.setBackend('wasm')))
    throw new PointsmanError('backend_unavailable', 'TensorFlow.js could not start its wasm backend');
  registerExplicitTransposes(tf);
  return { tf, name: 'wasm', description: `TensorFlow.js ${tf.version_core} wasm, one thread` };
}

async function openCpu(): Promise<Backend> {
  const tf = await import('@tensorflow/tfjs');
  tf.enableProdMode();
  await tf.setBackend('cpu');
  return { tf, name: 'cpu', description: `TensorFlow.js ${tf.version_core} plain JavaScript` };
}

/**
 * Opens a backend by name; `auto` takes the first of tensorflow, wasm and cpu that works.
 *
 * @throws PointsmanError `backend_unavailable` where a named one can't be opened
 */
export async function openBackend(wanted: 'auto' | 'tensorflow' | 'wasm' | 'cpu'): Promise<Backend> {
  const openers = { tensorflow: openTensorFlow, wasm: openWasm, cpu: openCpu };
  if (wanted !== 'auto') return openers[wanted]();
  for (const open of [openTensorFlow, openWasm]) {
    try {
      return await open();
    } catch {
      // The next one serves; an explicit choice would have thrown.
    }
  }
  return openCpu();
}
