/**
 * A provider of LLMs on this machine, which speaks OpenAI's chat completions, responses and embeddings and Anthropic's
 * messages. Its answers follow from the seed, the LLM and the last message of the user; delays and faults are set for
 * each LLM. It runs until it is ended.
 *
 *     node dist/scripts/provider/run.js [--port 9001] [--seed 1] [--key KEY] [--keep 0]
 *         [--model small --model large:delayMs=300,chunkMs=20,words=200 …] [--fault small=rate_limited …]
 *
 * What can be set of an LLM are the numbers and switches of `Behaviour` (scripts/provider/behaviour.ts); faults are the
 * names in `FAULTS` there.
 */
import { parseArgs } from 'node:util';
import { FAULTS, PLAIN, type Behaviour, type FaultName } from './behaviour.js';
import { startProvider } from './server.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '9001' },
    seed: { type: 'string', default: '1' },
    key: { type: 'string' },
    keep: { type: 'string', default: '0' },
    model: { type: 'string', multiple: true, default: ['small', 'large:words=60'] },
    fault: { type: 'string', multiple: true, default: [] },
  },
});

const SETTINGS = new Set([...Object.keys(PLAIN), 'chunks', 'words', 'quality']);

/** What `name:setting=value,…` says of an LLM. Throws where it says something else. */
function modelOf(text: string): [string, Partial<Behaviour>] {
  const [name, settings = ''] = text.split(':') as [string, string?];
  const entries = settings
    .split(',')
    .filter(Boolean)
    .map((setting) => {
      const [key, value] = setting.split('=') as [string, string?];
      const parsed: unknown = JSON.parse(value ?? 'true');
      if (SETTINGS.has(key) && (typeof parsed === 'number' || typeof parsed === 'boolean'))
        return [key, parsed] as const;
      throw new Error(
        `--model ${text}: expected ${[...SETTINGS].join(', ')} with a number, true or false; got ${setting}`,
      );
    });
  return [name, Object.fromEntries(entries)];
}

const models: Record<string, Partial<Behaviour>> = Object.fromEntries(values.model.map(modelOf));
for (const text of values.fault) {
  const [model, fault] = text.split('=') as [string, string?];
  if (fault === undefined || !(fault in FAULTS))
    throw new Error(`--fault ${text}: expected LLM=${Object.keys(FAULTS).join('|')}`);
  models[model] = { ...models[model], faults: FAULTS[fault as FaultName] };
}
const { url, baseUrl, close } = await startProvider({
  seed: Number(values.seed),
  models,
  port: Number(values.port),
  keep: Number(values.keep),
  ...(values.key !== undefined && { key: values.key }),
});
console.log(`the provider listens on ${baseUrl} with ${Object.keys(models).join(', ')}`);
process.send?.({ url });
process.once('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());
