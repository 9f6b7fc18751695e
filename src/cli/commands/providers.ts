import { isDeepStrictEqual } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import { systemClock } from '../../base/clock.js';
import { checkProvider, type ProviderCheck } from '../../providers/check.js';
import { createProviderClient } from '../../providers/client.js';
import { createSecrets } from '../../providers/secrets.js';
import { MOST } from '../../schema/amounts.js';
import { parse, parseUnquoted } from '../../schema/parse.js';
import type { LlmProfile } from '../../schema/profile.js';
import { PROTOCOLS, ProviderBody, ProviderName, type Provider } from '../../schema/provider.js';
import { group } from '../group.js';
import { integer } from '../options.js';
import { answer, complain, print, table } from '../output.js';
import { paint, paintState } from '../paint.js';
import { listed, notFound, providersAt } from '../providers.js';
import { onTarget } from '../target.js';
import { readYamlFile } from '../yaml-file.js';

interface AddSettings {
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

const secretsHere = () => createSecrets({ env: process.env, clock: systemClock });

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
  return onTarget(
    new Command('list').description('list the providers, and whether their keys are there for this command'),
    { json: '{"providers": [the provider, with "key": how it stands here]}' },
    async (target, { json }) => {
      const secrets = secretsHere();
      const providers = (await providersAt(target).list()).map((provider) => ({
        ...provider,
        key: secrets.stateOf(provider).key,
      }));
      const rows = providers.map(({ name, protocol, base_url: url, key_env: variable, key_file: file, key }) => [
        name,
        protocol,
        url,
        variable ?? file ?? '–',
        paintState(key),
      ]);
      answer(json, { providers }, () => print(table(['provider', 'protocol', 'base URL', 'key from', 'key'], rows)));
    },
  );
}

/** The provider that flags declare. */
function bodyOf(settings: AddSettings): ProviderBody {
  return parseUnquoted(ProviderBody, {
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
}

function addCommand(): Command {
  const ms = integer(1, MOST.milliseconds);
  return onTarget<AddSettings>(
    new Command('add')
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
      .option('--no-stream-usage', 'it does not take stream_options.include_usage'),
    { json: 'the provider' },
    async (target, { json, ...settings }, name) => {
      const body = bodyOf(settings);
      const provider: Provider = { name: parse(ProviderName, name, 'invalid_request', 'name'), ...body };
      const isNew = await providersAt(target).put(provider, 'providers add');
      answer(json, provider, () => print(`${name} ${isNew ? 'added' : 'replaced'}`));
      complainOfKey(provider);
    },
  );
}

function removeCommand(): Command {
  return onTarget(
    new Command('remove')
      .description('remove a provider; deployments that name it stay declared, and are not called')
      .argument('<name>'),
    { json: '{"removed": NAME}' },
    async (target, { json }, name) => {
      await providersAt(target).remove(name);
      answer(json, { removed: name }, () => print(`${name} removed`));
    },
  );
}

function applyCommand(): Command {
  return onTarget(
    new Command('apply')
      .description('add or replace the providers of a YAML or JSON file: each under its name; others stay')
      .argument('<file>'),
    { json: '{"added": [NAME], "changed": [NAME], "unchanged": [NAME]}' },
    async (target, { json }, file) => {
      const wanted = parseUnquoted(ProviderFile, readYamlFile(file), 'invalid_file', file);
      const providers = providersAt(target);
      const before = new Map((await listed(providers)).map((one) => [one.name, one]));
      const said = { added: [] as string[], changed: [] as string[], unchanged: [] as string[] };
      for (const [name, body] of Object.entries(wanted)) {
        const provider = { name: name as ProviderName, ...body };
        complainOfKey(provider);
        const own = before.get(provider.name);
        const isSame = isDeepStrictEqual(own, provider);
        said[own === undefined ? 'added' : isSame ? 'unchanged' : 'changed'].push(name);
        if (!isSame) await providers.put(provider, 'providers apply');
      }
      answer(json, said, () => {
        for (const name of said.added) print(paint('green', `+ ${name}`));
        for (const name of said.changed) print(paint('yellow', `~ ${name}`));
        print(`${said.added.length + said.changed.length} changed, ${said.unchanged.length} unchanged`);
      });
    },
  );
}

/** Names at a provider by which LLMs of the catalogue are called, and which it does not list. */
function unlisted(catalog: readonly LlmProfile[], name: string, { models }: ProviderCheck): string[] {
  const there = new Set(models);
  return catalog.flatMap(({ id, deployments = [] }) =>
    deployments
      .filter((one) => one.provider === name && !there.has(one.model))
      .map((one) => `${id}: ${name} lists no model ${JSON.stringify(one.model)}`),
  );
}

function checkCommand(): Command {
  return onTarget(
    new Command('check')
      .description('ask a provider for its models, with the key as it is here, and say what it answers')
      .argument('<name>'),
    { json: '{"provider", "url", "models": [ID], "took_ms"}' },
    async (target, { json }, name) => {
      const providers = providersAt(target);
      const provider = (await providers.list()).find((one) => one.name === name) ?? notFound(name);
      const secrets = secretsHere();
      const client = createProviderClient(secrets);
      try {
        const check = await checkProvider(provider, { client, secrets, clock: systemClock });
        for (const line of unlisted(await providers.models(), name, check)) complain(line);
        const { url, models, took_ms: took } = check;
        answer(json, { provider: name, ...check }, () =>
          print(`${name}: ${url} lists ${models.length} models, in ${took} ms (key: ${secrets.stateOf(provider).key})`),
        );
      } finally {
        await client.close();
      }
    },
  );
}

export const providersCommand = (): Command =>
  group('providers', 'where LLMs are called', [
    listCommand(),
    addCommand(),
    removeCommand(),
    applyCommand(),
    checkCommand(),
  ]);
