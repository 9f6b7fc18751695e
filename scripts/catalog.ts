/**
 * Brings the catalogue of known LLMs, `models/catalog/llms.yaml`, up to date with the tables that others publish, given
 * as files: LiteLLM's `model_prices_and_context_window.json` and models.dev's `api.json`. Facts of an entry are of the
 * table keys that its `extra.tables` names; what no table has stays. Usage:
 *
 *     node dist/scripts/catalog.js [--litellm FILE] [--models-dev FILE] [--date 2026-11-29] [--check]
 *
 * `--check` only prints what would change.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { packageRoot } from '../src/base/paths.js';
import { rounded } from '../src/catalog/duration.js';
import { changesOf } from '../src/catalog/plan.js';
import { readProfiles } from '../src/catalog/read.js';
import { LlmProfile, type MODALITIES } from '../src/schema/profile.js';

const FILE = join(packageRoot, 'models/catalog/llms.yaml');
const HEADER = [
  'LLMs as their makers and those who serve them describe them: prices in US dollars per million tokens. Where facts',
  'are from, and when they were read, is in `sources`. `extra.tables` names the entries of published tables that',
  '`node dist/scripts/catalog.js` reads them from; `extra.aliases` other ids; `extra.retired` when an LLM is gone.',
  'Benchmarks are as makers publish them, of the set-ups that they chose; `extra.benchmarks_read_at` is a copy where a',
  'maker’s page itself was not read. `pointsman models suggest` matches the ids of a log to these.',
]
  .map((line) => `# ${line}\n`)
  .join('');

type Modality = (typeof MODALITIES)[number];
type Json = Record<string, unknown>;
/** Facts that a table has of an LLM. */
type Facts = Partial<
  Pick<
    LlmProfile,
    'input_price' | 'output_price' | 'cached_input_price' | 'context_tokens' | 'capabilities' | 'modalities'
  >
> & { retired?: string };

const perMillion = (price: unknown): number | undefined =>
  typeof price === 'number' ? rounded(price * 1e6) : undefined;
const count = (tokens: unknown): number | undefined => (typeof tokens === 'number' && tokens > 0 ? tokens : undefined);
const named = <T extends string>(names: Record<T, unknown>): T[] | undefined => {
  const has = (Object.keys(names) as T[]).filter((name) => names[name] === true);
  return has.length === 0 ? undefined : has;
};

/** An entry of LiteLLM's table. */
function fromLitellm(entry: Json): Facts {
  return {
    input_price: perMillion(entry['input_cost_per_token']),
    output_price: perMillion(entry['output_cost_per_token']),
    cached_input_price: perMillion(entry['cache_read_input_token_cost']),
    context_tokens: count(entry['max_input_tokens']),
    capabilities: named({
      tools: entry['supports_function_calling'],
      json: entry['supports_response_schema'],
      vision: entry['supports_vision'],
      reasoning: entry['supports_reasoning'],
    }),
    // Where nothing is said of what it reads, what is known stays.
    modalities: ['vision', 'audio_input', 'video_input', 'pdf_input'].every(
      (what) => entry[`supports_${what}`] === undefined,
    )
      ? undefined
      : named<Modality>({
          text: true,
          image: entry['supports_vision'],
          audio: entry['supports_audio_input'],
          video: entry['supports_video_input'],
          file: entry['supports_pdf_input'],
        }),
    ...(typeof entry['deprecation_date'] === 'string' && { retired: entry['deprecation_date'] }),
  };
}

/** An entry of models.dev's table, whose prices are per million tokens. */
function fromModelsDev(entry: Json): Facts {
  const [cost, limit, modalities] = ['cost', 'limit', 'modalities'].map((field) => (entry[field] ?? {}) as Json) as [
    Json,
    Json,
    Json,
  ];
  const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
  const input = Array.isArray(modalities['input']) ? (modalities['input'] as string[]) : [];
  return {
    input_price: number(cost['input']),
    output_price: number(cost['output']),
    cached_input_price: number(cost['cache_read']),
    context_tokens: count(limit['context']),
    capabilities: named({
      tools: entry['tool_call'],
      json: entry['structured_output'],
      vision: input.includes('image'),
      reasoning: entry['reasoning'],
    }),
    modalities: named<Modality>({
      text: input.includes('text'),
      image: input.includes('image'),
      audio: input.includes('audio'),
      video: input.includes('video'),
      file: input.includes('pdf'),
    }),
  };
}

const { values } = parseArgs({
  options: {
    litellm: { type: 'string' },
    'models-dev': { type: 'string' },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    check: { type: 'boolean', default: false },
  },
});
if (!/^\d{4}-\d\d-\d\d$/.test(values.date)) {
  process.stderr.write(`--date: expected YYYY-MM-DD, got ${JSON.stringify(values.date)}\n`);
  process.exit(2);
}
const read = (path: string | undefined): Json | null =>
  path === undefined ? null : (JSON.parse(readFileSync(path, 'utf8')) as Json);

/** The tables given: how an entry of each is found and read. */
const TABLES = [
  {
    name: 'litellm',
    source: 'https://github.com/BerriAI/litellm (model_prices_and_context_window.json)',
    table: read(values.litellm),
    find: (table: Json, key: string) => table[key] as Json | undefined,
    facts: fromLitellm,
  },
  {
    name: 'models_dev',
    source: 'https://models.dev/api.json',
    table: read(values['models-dev']),
    find(table: Json, key: string) {
      const [provider, ...id] = key.split('/');
      const { models } = (table[provider!] ?? {}) as { models?: Json };
      return models?.[id.join('/')] as Json | undefined;
    },
    facts: fromModelsDev,
  },
];

/** An entry with what the tables say of it now. */
function refreshed(profile: LlmProfile): LlmProfile {
  const extra = { ...(profile.extra as Json) };
  const keys = (extra['tables'] ?? {}) as Record<string, string>;
  let next: LlmProfile = profile;
  for (const { name, source, table, find, facts } of TABLES) {
    const entry = table === null || keys[name] === undefined ? undefined : find(table, keys[name]);
    if (entry === undefined) {
      if (table !== null && keys[name] !== undefined)
        process.stderr.write(`${profile.id}: ${name} has no ${keys[name]} any more\n`);
      continue;
    }
    const { retired, ...found } = facts(entry);
    if (retired !== undefined) extra['retired'] = retired;
    const known = Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
    const sources = (next.sources ?? []).filter((one) => one.source !== source);
    next = { ...next, ...known, sources: [...sources, { source, date: values.date }] };
  }
  const { extra: _extra, ...rest } = next;
  return LlmProfile.parse(Object.keys(extra).length === 0 ? rest : { ...rest, extra });
}

const { profiles, errors } = readProfiles(FILE, readFileSync(FILE, 'utf8'));
if (errors.length > 0) throw new Error(errors.join('\n'));
const after = profiles.map(({ profile }) => refreshed(profile));
profiles.forEach(({ profile }, i) => {
  for (const { field, before, after: now } of changesOf(profile, after[i]!))
    console.log(`${profile.id}  ${field}: ${JSON.stringify(before) ?? '–'} → ${JSON.stringify(now) ?? '–'}`);
});
if (!values.check) {
  // Fields in the schema's order, so that a change is a change of lines.
  const ordered = after
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((profile) =>
      Object.fromEntries(
        Object.keys(LlmProfile.shape).flatMap((field) => {
          const value = profile[field as keyof LlmProfile];
          return value === undefined ? [] : [[field, value]];
        }),
      ),
    );
  writeFileSync(FILE, HEADER + stringify(ordered, { lineWidth: 120 }));
}
console.log(`${after.length} LLMs`);
