import { InvalidArgumentError, Option } from 'commander';
import { ENCODER_SPECS } from '../encoder/index.js';
import { BACKENDS, DEFAULT_SEED, DESIGN_NAMES, WEIGHINGS } from '../schema/training.js';
import { DEFAULT_DESIGN } from '../profile/design.js';
import { DEFAULT_TRAINING_PRIORITY } from '../training/spawn.js';

/** Every setting, once: its flag, its environment variable, its default and its text in `--help`. */
export const options = {
  data: () =>
    new Option('--data <dir>', 'folder of the ledger, artifacts and embedded queue')
      .env('POINTSMAN_DATA')
      .default('./data'),
  encoder: () =>
    new Option('--encoder <name>', `text encoder: ${ENCODER_SPECS.join(', ')}`)
      .env('POINTSMAN_ENCODER')
      .default('static'),
  logLevel: () =>
    new Option('--log-level <level>', 'least level that is logged, to standard error')
      .env('POINTSMAN_LOG_LEVEL')
      .choices(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .default('info'),
  host: () => new Option('--host <address>', 'address to listen on').env('POINTSMAN_HOST').default('127.0.0.1'),
  port: () =>
    new Option('--port <number>', 'port to listen on; 0 takes a free one')
      .env('POINTSMAN_PORT')
      .default(8080)
      .argParser(integer(0, 65_535)),
  queue: () =>
    new Option('--queue <url>', 'job queue: redis://… or postgres://…; embedded when not given').env('POINTSMAN_QUEUE'),
  url: () => new Option('--url <url>', 'the running service').env('POINTSMAN_URL').default('http://127.0.0.1:8080'),
  design: () => new Option('--design <name>', 'profile design').choices(DESIGN_NAMES).default(DEFAULT_DESIGN),
  seed: () =>
    new Option('--seed <number>', 'seed of everything random').default(DEFAULT_SEED).argParser(integer(1, 2 ** 31 - 1)),
  backend: () =>
    new Option('--backend <name>', 'what computes').env('POINTSMAN_BACKEND').choices(BACKENDS).default('auto'),
  weigh: () =>
    new Option(
      '--weigh <what>',
      'what routers are compared by: each query once (queries), or as often as it was answered (traffic)',
    )
      .choices(WEIGHINGS)
      .default(WEIGHINGS[0]),
  trainingPriority: () =>
    new Option(
      '--training-priority <nice>',
      'nice value of the training process, from 0 (a share like everyone’s) to 19 (next to nothing on a busy machine)',
    )
      .env('POINTSMAN_TRAINING_PRIORITY')
      .default(DEFAULT_TRAINING_PRIORITY)
      .argParser(integer(0, 19)),
};

/** Reads a whole number within bounds, or says what was expected. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`expected an integer from ${min} to ${max}, got ${JSON.stringify(text)}`);
    return value;
  };
}

/** Reads a number within bounds. */
export function number(min: number, max = Infinity): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= min && value <= max))
      throw new InvalidArgumentError(
        `expected a number from ${min}${max === Infinity ? '' : ` to ${max}`}, got ${JSON.stringify(text)}`,
      );
    return value;
  };
}
