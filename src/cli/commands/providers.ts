import { isDeepStrictEqual } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { systemClock } from '../../base/clock.js';
import { PointsmanError } from '../../base/errors.js';
import { checkProvider, type ProviderCheck } from '../../providers/check.js';
import { createProviderClient } from '../../providers/client.js';
import { createSecrets } from '../../providers/secrets.js';
import { MOST } from '../../schema/amounts.js';
import { parse, parseUnquoted } from '../../schema/parse.js';
import { PROTOCOLS, ProviderBody, ProviderName, type Provider } from '../../schema/provider.js';
import type { Ledger } from '../../store/ports/index.js';
import { audited } from '../actor.js';
import { group } from '../group.js';
import { readLedger, withLedger } from '../ledger.js';
import { integer, options } from '../options.js';
import { complain, print, printJson, table } from '../output.js';
import { readYamlFile } from '../yaml-file.js';

interface Settings {
  data: string;
  json?: true;
}

interface AddSettings extends Settings {
  baseUrl: string;
  protocol?: string;
  keyEnv?: string;
  keyFile?: string;
  auth?: string;
  header?: Record<string, string>;
  firstByteMs?: number;
  idleMs?: number;
  connections?: number;
  responses?: true;
  streamUsage: boolean;
}

/** A file of providers: each by its name. */
const ProviderFile = z.record(ProviderName, ProviderBody);

const json = (): Option => new Option('--json', 'answer as JSON');
const secretsHere = () => createSecrets({ env: process.env, clock: systemClock });

/** A change of one provider, for the audit log. */
function changeOf(action: string, name: string, { providers }: Ledger): Parameters<typeof audited>[1] {
  const state = async (): Promise<unknown> => (await providers.list()).find((one) => one.name === name);
  return { action, target: `/v1/providers/${name}`, state };
}

function notFound(name: string): never {
  throw new PointsmanError(
    'provider_not_found',
    `There is no provider ${JSON.stringify(name)}; \`pointsman providers list\` shows those there are`,
  );
}

/** Says where a key that a service would need is not there for this command. */
function complainOfKey(provider: Provider): void {
  const state = secretsHere().stateOf(provider);
  if (state.key === 'missing') complain(`${provider.name}: here, ${state.why}; a service needs it where it runs`);
}

/** Reads one `Name: value` into those before it. */
function header(text: string, before: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([^:]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined)
    throw new InvalidArgumentError(`expected a header such as "X-Team: search", got ${JSON.stringify(text)}`);
  return { ...before, [name.trim()]: value!.trim() };
}

function listCommand(): Command {
  return new Command('list')
    .description('list the providers, and whether their keys are there for this command')
    .addOption(json())
    .addOption(options.data())
    .action(async ({ data, json: asJson }: Settings) => {
      const secrets = secretsHere();
      const providers = (await readLedger(data, (ledger) => ledger.providers.list())).map((provider) => ({
        ...provider,
        key: secrets.stateOf(provider).key,
      }));
      if (asJson) return printJson({ providers });
      const rows = providers.map(({ name, protocol, base_url: url, key_env: variable, key_file: file, key }) => [
        name,
        protocol,
        url,
        variable ?? file ?? '–',
        key,
      ]);
      print(table(['provider', 'protocol', 'base URL', 'key from', 'key'], rows));
    });
}

function addCommand(): Command {
  const ms = integer(1, MOST.milliseconds);
  return new Command('add')
    .description('add a provider, or replace the one of that name')
    .argument('<name>')
    .requiredOption('--base-url <url>', 'with /v1, as OpenAI’s clients take it: https://api.openai.com/v1')
    .addOption(new Option('--protocol <name>', 'what it speaks').choices(PROTOCOLS))
    .option('--key-env <variable>', 'environment variable that has the key')
    .option('--key-file <file>', 'file that has the key; it is read again when it changes')
    .addOption(new Option('--auth <way>', 'how the key is sent').choices(['bearer', 'api-key', 'x-api-key']))
    .option('--header <line>', 'header of every call, such as "X-Team: search"; may be given again', header)
    .option('--first-byte-ms <number>', 'longest wait for the head of an answer', ms)
    .option('--idle-ms <number>', 'longest pause within an answer', ms)
    .option('--connections <number>', 'most connections at once', integer(1, 10_000))
    .option('--responses', 'it has /responses')
    .option('--no-stream-usage', 'it does not take stream_options.include_usage')
    .addOption(json())
    .addOption(options.data())
    .action(async (name: string, settings: AddSettings) => {
      const body = parseUnquoted(ProviderBody, {
        base_url: settings.baseUrl,
        protocol: settings.protocol,
        key_env: settings.keyEnv,
        key_file: settings.keyFile,
        auth: settings.auth,
        headers: settings.header,
        first_byte_ms: settings.firstByteMs,
        idle_ms: settings.idleMs,
        connections: settings.connections,
        responses: settings.responses,
        stream_usage: settings.streamUsage ? undefined : false,
      });
      const provider: Provider = { name: parse(ProviderName, name, 'invalid_request', 'name'), ...body };
      const isNew = await withLedger(settings.data, (ledger) =>
        audited(ledger, changeOf('providers add', name, ledger), () => ledger.providers.put(provider)),
      );
      if (settings.json) printJson(provider);
      else print(`${name} ${isNew ? 'added' : 'replaced'}`);
      complainOfKey(provider);
    });
}

function removeCommand(): Command {
  return new Command('remove')
    .description('remove a provider; deployments that name it stay declared, and are not called')
    .argument('<name>')
    .addOption(options.data())
    .action((name: string, { data }: Settings) =>
      withLedger(data, async (ledger) => {
        await audited(ledger, changeOf('providers remove', name, ledger), async () => {
          if (!(await ledger.providers.delete(name))) notFound(name);
        });
        print(`${name} removed`);
      }),
    );
}

function applyCommand(): Command {
  return new Command('apply')
    .description('add or replace the providers of a YAML or JSON file: each under its name; others stay')
    .argument('<file>')
    .addOption(options.data())
    .action((file: string, { data }: Settings) => {
      const wanted = parseUnquoted(ProviderFile, readYamlFile(file), 'invalid_file', file);
      return withLedger(data, async (ledger) => {
        const before = new Map((await ledger.providers.list()).map((one) => [one.name, one]));
        let changes = 0;
        for (const [name, body] of Object.entries(wanted)) {
          const provider = { name: name as ProviderName, ...body };
          complainOfKey(provider);
          const own = before.get(provider.name);
          if (isDeepStrictEqual(own, provider)) continue;
          changes++;
          await audited(ledger, changeOf('providers apply', name, ledger), () => ledger.providers.put(provider));
          print(`${own === undefined ? '+' : '~'} ${name}`);
        }
        print(`${changes} changed, ${Object.keys(wanted).length - changes} unchanged`);
      });
    });
}

/** Names at a provider by which LLMs of the catalogue are called, and which it does not list. */
async function unlisted({ catalog }: Ledger, name: string, { models }: ProviderCheck): Promise<string[]> {
  const listed = new Set(models);
  return (await catalog.list()).flatMap(({ id, deployments = [] }) =>
    deployments
      .filter((one) => one.provider === name && !listed.has(one.model))
      .map((one) => `${id}: ${name} lists no model ${JSON.stringify(one.model)}`),
  );
}

function checkCommand(): Command {
  return new Command('check')
    .description('ask a provider for its models, with the key as it is here, and say what it answers')
    .argument('<name>')
    .addOption(json())
    .addOption(options.data())
    .action((name: string, { data, json: asJson }: Settings) =>
      readLedger(data, async (ledger) => {
        const provider = (await ledger.providers.list()).find((one) => one.name === name) ?? notFound(name);
        const secrets = secretsHere();
        const client = createProviderClient(secrets);
        try {
          const check = await checkProvider(provider, { client, secrets, clock: systemClock });
          for (const line of await unlisted(ledger, name, check)) complain(line);
          if (asJson) return printJson({ provider: name, ...check });
          const { url, models, took_ms: took } = check;
          print(`${name}: ${url} lists ${models.length} models, in ${took} ms (key: ${secrets.stateOf(provider).key})`);
        } finally {
          await client.close();
        }
      }),
    );
}

/** Providers are declared in the data folder, as keys are: who can write there is an administrator. */
export const providersCommand = (): Command =>
  group('providers', 'where LLMs are called', [
    listCommand(),
    addCommand(),
    removeCommand(),
    applyCommand(),
    checkCommand(),
  ]);
