import type { Command } from 'commander';
import { Option } from 'commander';
import { PointsmanError } from '../base/errors.js';
import { callJson, serviceApi, type Api } from './client.js';
import { options } from './options.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';
const DEFAULT_DATA = './data';

/** What a command is about: a data folder, which it opens, or a running service, which it asks. */
export type Target = { kind: 'folder'; data: string } | { kind: 'service'; url: string };
type Kind = Target['kind'];

/** Names what a command is about, by a flag. What it is where none is given, {@link targetOf} says. */
export const targetOptions = (command: Command, usual: Kind): Command =>
  command
    .addOption(
      new Option(
        '--data <dir>',
        usual === 'folder'
          ? `a data folder, opened here (default: "${DEFAULT_DATA}", unless POINTSMAN_URL is set)`
          : 'a data folder, opened here, in place of a service',
      ).env('POINTSMAN_DATA'),
    )
    .addOption(
      new Option(
        '--url <url>',
        usual === 'service'
          ? `a running service (default: "${DEFAULT_URL}")`
          : 'a running service, asked in place of the folder',
      ).env('POINTSMAN_URL'),
    );

/**
 * What a command is about: what its flag says, else the service of `POINTSMAN_URL`, else what the command is usually
 * about. Throws `invalid_config` where both flags are given.
 */
export function targetOf(command: Command, usual: Kind): Target {
  const { data, url } = command.opts<{ data?: string; url?: string }>();
  const isFlag = (name: string): boolean => command.getOptionValueSource(name) === 'cli';
  if (isFlag('data') && isFlag('url'))
    throw new PointsmanError(
      'invalid_config',
      `--data and --url: expected one of them, got --data ${data} and --url ${url}`,
    );
  if (isFlag('data')) return { kind: 'folder', data: data! };
  if (url !== undefined && url !== '') return { kind: 'service', url: checkedUrl(url) };
  return usual === 'folder' ? { kind: 'folder', data: data ?? DEFAULT_DATA } : { kind: 'service', url: DEFAULT_URL };
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new PointsmanError('invalid_config', `--url: expected http://… or https://…, got ${JSON.stringify(url)}`);
}

/** Opens what a command is about, works with its API, and closes it: also where Ctrl-C ends the work. */
export async function withApi<T>(target: Target, command: Command, work: (api: Api) => Promise<T>): Promise<T> {
  if (target.kind === 'service') return work(serviceApi(target.url));
  const { encoder, queue } = command.opts<{ encoder?: string; queue?: string }>();
  // Loaded when it is needed: the API takes longer to load than most commands take.
  const { openFolderApi } = await import('./folder-api.js');
  const api = await openFolderApi({ data: target.data, encoder: encoder ?? 'static', queue });
  const interrupt = (): void => {
    // Whoever asks again waits for nothing.
    process.once('SIGINT', () => process.exit(130));
    api.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  try {
    return await work(api);
  } finally {
    process.off('SIGINT', interrupt);
    await api.close();
  }
}

/** A call of the API that answers JSON. */
export type Ask = <A>(method: string, path: string, body?: unknown) => Promise<A>;

/** What runs a command over the API. */
export type Run<S> = (
  parts: { ask: Ask; call: Api['call']; target: Target },
  settings: S & { json?: true },
  ...args: string[]
) => Promise<void>;

/** Names what a command is about by flags, and has it do its work there. It answers JSON of `shape` where asked. */
export function onTarget<S>(
  command: Command,
  { json, usual = 'folder' }: { json: string; usual?: Kind },
  run: (target: Target, settings: S & { json?: true }, ...args: string[]) => Promise<void>,
): Command {
  return targetOptions(command.addOption(options.json(json)), usual).action(() =>
    run(targetOf(command, usual), command.opts<S & { json?: true }>(), ...(command.processedArgs as string[])),
  );
}

/** Has a command do its work by the API of a service or of a folder. */
export function overApi<S>(
  command: Command,
  { json, usual = 'service' }: { json: string; usual?: Kind },
  run: Run<S>,
): Command {
  return onTarget<S>(command, { json, usual }, (target, settings, ...args) =>
    withApi(target, command, (api) =>
      run({ ask: (...asked) => callJson(api, ...asked), call: api.call, target }, settings, ...args),
    ),
  )
    .addOption(options.encoder())
    .addOption(options.queue());
}
