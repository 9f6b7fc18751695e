import { InvalidArgumentError, Option } from 'commander';
import { ENCODER_SPECS } from '../encoder/index.js';
import { ACTIVATIONS, BACKENDS, DEFAULT_SEED, DESIGN_NAMES, WEIGHINGS } from '../schema/training.js';
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
  redact: () =>
    new Option(
      '--redact <file>',
      'module whose default export makes a text what may be stored of it, before it is',
    ).env('POINTSMAN_REDACT'),
  host: () => new Option('--host <address>', 'address to listen on').env('POINTSMAN_HOST').default('127.0.0.1'),
  open: () =>
    flag('--open', 'ask nobody for a key: whoever reaches the address may do everything').env('POINTSMAN_OPEN'),
  allowedHosts: () =>
    new Option(
      '--allowed-hosts <names>',
      'names by which the service is reached, with commas; requests for other hosts are refused (addresses and ' +
        'localhost never are)',
    )
      .env('POINTSMAN_ALLOWED_HOSTS')
      .argParser(list),
  corsOrigins: () =>
    new Option('--cors-origins <origins>', 'origins of other sites whose pages may call the API, with commas; or *')
      .env('POINTSMAN_CORS_ORIGINS')
      .argParser(origins),
  openMetrics: () => flag('--open-metrics', 'ask nobody for a key at /metrics').env('POINTSMAN_OPEN_METRICS'),
  port: () =>
    new Option('--port <number>', 'port to listen on; 0 takes a free one')
      .env('POINTSMAN_PORT')
      .default(8080)
      .argParser(integer(0, 65_535)),
  queue: () =>
    new Option('--queue <url>', 'job queue: redis://… or postgres://…; embedded when not given').env('POINTSMAN_QUEUE'),
  allowPrivateWebhooks: () =>
    flag('--allow-private-webhooks', 'webhooks may be on this machine and the networks around it').env(
      'POINTSMAN_ALLOW_PRIVATE_WEBHOOKS',
    ),
  json: (shape: string) => new Option('--json', `answer as JSON: ${shape}`),
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
  activation: () =>
    new Option(
      '--activation <how>',
      'how a version that was trained comes into force: once the gate lets it through (gate), after a canary that it ' +
        'passes (canary), or when somebody says so (manual)',
    ).choices(ACTIVATIONS),
  trainingPriority: () =>
    new Option(
      '--training-priority <nice>',
      'nice value of the training process, from 0 (a share like everyone’s) to 19 (next to nothing on a busy machine)',
    )
      .env('POINTSMAN_TRAINING_PRIORITY')
      .default(DEFAULT_TRAINING_PRIORITY)
      .argParser(integer(0, 19)),
};

/** A flag whose environment variable may say `false`, too. */
function flag(name: string, description: string): Option {
  return new Option(`${name} [boolean]`, description).preset('true').argParser((text: string) => {
    if (text === 'true' || text === '1') return true;
    if (text === 'false' || text === '0' || text === '') return false;
    throw new InvalidArgumentError(`expected true or false, got ${JSON.stringify(text)}`);
  });
}

/** Reads names with commas between. */
export function list(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** Reads origins, as browsers write them. */
function origins(text: string): string[] {
  return list(text).map((one) => {
    if (one === '*') return one;
    if (URL.canParse(one) && /^https?:/.test(one) && new URL(one).origin === one) return one;
    throw new InvalidArgumentError(`expected origins such as https://app.example.com, got ${JSON.stringify(one)}`);
  });
}

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
