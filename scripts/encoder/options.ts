import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PointsmanError } from '../../src/base/errors.js';
import { STATIC_FOLDER } from '../../src/encoder/static.js';

export const HELP = `Distils the table of word vectors of the encoder "static" from a sentence encoder, and writes it.

  --work DIR      folder for the packages it is made from (about 400 MB), made if need be
                  (default: pointsman-encoder in the temporary folder)
  --cache FILE    the teacher's vectors, kept between runs (default: teacher.bin in the work folder)
  --output DIR    where static.safetensors and words.txt go (default: models/encoder)
  --version N     number of the table: vectors of another are of another encoder (default: 1)
  --epochs N      passes over the texts (default: 8)
  --seed N        of everything that chance decides (default: 1)
  --backend NAME  auto, tensorflow, wasm or cpu (default: auto)

Needs npm's registry once, and about 20 minutes, most of them the teacher's.
`;

const BACKENDS = ['auto', 'tensorflow', 'wasm', 'cpu'] as const;

export interface Options {
  help: boolean;
  work: string;
  cache: string;
  output: string;
  version: string;
  epochs: number;
  seed: number;
  backend: (typeof BACKENDS)[number];
}

function positive(flag: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new PointsmanError('invalid_config', `${flag}: expected a whole number from 1, got ${value}`);
  return number;
}

/** Throws `invalid_config` for a value that can't be used. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      work: { type: 'string', default: join(tmpdir(), 'pointsman-encoder') },
      cache: { type: 'string' },
      output: { type: 'string', default: STATIC_FOLDER },
      version: { type: 'string', default: '1' },
      epochs: { type: 'string', default: '8' },
      seed: { type: 'string', default: '1' },
      backend: { type: 'string', default: 'auto' },
    },
  });
  const backend = BACKENDS.find((name) => name === values.backend);
  if (backend === undefined)
    throw new PointsmanError('invalid_config', `--backend: expected ${BACKENDS.join(', ')}; got ${values.backend}`);
  return {
    help: values.help,
    work: values.work,
    cache: values.cache ?? join(values.work, 'teacher.bin'),
    output: values.output,
    version: String(positive('--version', values.version)),
    epochs: positive('--epochs', values.epochs),
    seed: positive('--seed', values.seed),
    backend,
  };
}
