import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openArtifactFolder } from '../../src/artifact/files/folder.js';
import { WEIGHTS_FILE } from '../../src/artifact/manifest.js';
import { decodeSafetensors } from '../../src/artifact/safetensors.js';
import { writeArtifact } from '../../src/artifact/write.js';
import { sha256 } from '../../src/base/hash.js';
import { openBackend } from '../../src/tensor/backend.js';
import { smallLog } from '../support/log.js';
import { factsOf, randomModel, VERSION } from '../support/model.js';
import { temporaryFolder } from '../support/temporary.js';

function python(program: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('python3', ['-c', program, ...args], { encoding: 'utf8' });
}

/** False where Python has `safetensors` and `numpy`, else why these tests are left out; throws with CI=true. */
function lackingPython(): string | false {
  const { status, stderr } = python('import numpy, safetensors.numpy');
  if (status === 0) return false;
  const reason =
    'python3 with safetensors and numpy not found (pip install safetensors numpy): ' +
    `${stderr?.trim().split('\n').at(-1) ?? 'no python3'}`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

const skip = lackingPython();

const READ = `
import hashlib, json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="np") as f:
    found = {}
    for name in f.keys():
        a = f.get_tensor(name)
        found[name] = {"shape": list(a.shape), "dtype": str(a.dtype), "sha256": hashlib.sha256(a.tobytes()).hexdigest()}
    print(json.dumps({"metadata": f.metadata(), "tensors": found}))
`;

test('Python’s safetensors reads an exported artifact: every name, shape and number', { skip }, async (t) => {
  const folder = temporaryFolder();
  t.after(folder.remove);
  const { model } = await randomModel((await openBackend('wasm')).tf, smallLog({ queries: 30 }));
  await writeArtifact(openArtifactFolder(folder.path), model, factsOf());
  const { status, stdout, stderr } = python(READ, join(folder.path, VERSION, WEIGHTS_FILE));
  assert.equal(status, 0, stderr);
  const { metadata, tensors } = JSON.parse(stdout) as { metadata: object; tensors: object };
  assert.deepEqual(metadata, { format: 'pointsman', version: VERSION });
  assert.deepEqual(
    tensors,
    Object.fromEntries(
      Object.entries(model.tables).map(([name, { shape, data }]) => [
        name,
        { shape, dtype: 'float32', sha256: sha256(data) },
      ]),
    ),
  );
});

test('what Python’s safetensors writes is read here', { skip }, (t) => {
  const folder = temporaryFolder();
  t.after(folder.remove);
  const path = join(folder.path, 'from-python.safetensors');
  const { status, stderr } = python(
    'import sys, numpy as np, safetensors.numpy as s; s.save_file({"a": np.arange(6, ' +
      'dtype=np.float32).reshape(2, 3) / 4, "b": np.float32([np.nan])}, sys.argv[1], {"by": "python"})',
    path,
  );
  assert.equal(status, 0, stderr);
  assert.deepEqual(decodeSafetensors(readFileSync(path)), {
    a: { shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) },
    b: { shape: [1], data: Float32Array.of(NaN) },
  });
});
