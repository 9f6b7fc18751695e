import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PointsmanError } from '../base/errors.js';
import { packageRoot } from '../base/paths.js';
import type { LlmProfile } from '../schema/profile.js';
import { readProfiles } from './read.js';

/** Days after which a price may well be another. */
const STALE_DAYS = 180;
const DAY_MS = 86_400_000;

/** An LLM of the catalogue that comes with the package. */
export interface CatalogueEntry {
  profile: LlmProfile;
  /** Other ids that it goes by. */
  aliases: string[];
  /** When its provider takes it away; null where that is not known. */
  retired: string | null;
}

/** The catalogue that comes with the package. Throws `invalid_file` where it is broken. */
export function readCatalogue(folder = join(packageRoot, 'models/catalog')): CatalogueEntry[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .flatMap((name) => {
      const { profiles, errors } = readProfiles(name, readFileSync(join(folder, name), 'utf8'));
      if (errors.length > 0) throw new PointsmanError('invalid_file', errors.join('\n'));
      return profiles.map(({ profile }) => entryOf(profile));
    });
}

/** When an LLM is taken away, as `extra.retired` says; null where it doesn't. */
export function retiredIn({ extra }: LlmProfile): string | null {
  const retired = extra?.['retired'];
  return typeof retired === 'string' && !Number.isNaN(Date.parse(retired)) ? retired : null;
}

function entryOf(profile: LlmProfile): CatalogueEntry {
  const aliases = profile.extra?.['aliases'];
  return {
    profile,
    aliases: Array.isArray(aliases) ? aliases.map(String) : [],
    retired: retiredIn(profile),
  };
}

/** Prefixes and endings of ids that name who serves an LLM, or which build of it. */
const SERVED_BY = /^(?:[a-z]{2,6}\.)?(?:anthropic|meta|amazon|mistral|cohere|ai21|deepseek|openai|qwen|google)\./;
const BUILD = new RegExp(
  [
    '@.*',
    ':.*',
    '-(?:v\\d+|latest|exp|experimental|preview(?:-\\d\\d-\\d\\d(?:\\d\\d)?)?)$',
    '-(?:\\d{4}|\\d{8}|\\d{4}-\\d\\d-\\d\\d)$',
  ].join('|'),
);
/** Words of ids that tell nothing of which LLM it is. */
const NOISE = new Set([
  'instruct',
  'chat',
  'it',
  'hf',
  'fp8',
  'fp16',
  'bf16',
  'awq',
  'gptq',
  'gguf',
  'turbo',
  'versatile',
  'instant',
  'meta',
]);

/** An id without who serves it and which build it is. */
export function plainId(id: string): string {
  let plain = id.toLowerCase().split('/').at(-1)!.replace(SERVED_BY, '');
  for (let before = ''; before !== plain;) {
    before = plain;
    plain = plain.replace(BUILD, '');
  }
  return plain.replaceAll(/[^a-z0-9]+/g, ' ').trim();
}

/** The words of an id that tell which LLM it is, in order. */
const tellingWords = (id: string): string =>
  plainId(id)
    .replaceAll(/(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])/g, ' ')
    .split(' ')
    .filter((word) => !NOISE.has(word))
    .join(' ');

/** What the catalogue has of an LLM. */
export interface Suggestion {
  id: string;
  entry: CatalogueEntry;
  /** `same`: by its id or another that it goes by. `likely`: by the words that tell which LLM it is. */
  match: 'same' | 'likely';
  /** What to know of it: that its price is old, or that it is or will be gone. */
  warnings: string[];
}

/** The catalogue's entry of each id, as far as there is one. */
export function suggest(ids: readonly string[], catalogue: readonly CatalogueEntry[], now: number): Suggestion[] {
  const same = new Map<string, CatalogueEntry>();
  const likely = new Map<string, CatalogueEntry>();
  for (const entry of catalogue.toReversed())
    for (const name of [...entry.aliases, entry.profile.id]) {
      same.set(plainId(name), entry);
      likely.set(tellingWords(name), entry);
    }
  return ids.flatMap((id): Suggestion[] => {
    const own = same.get(plainId(id));
    const entry = own ?? likely.get(tellingWords(id));
    if (entry === undefined) return [];
    return [
      {
        id,
        entry,
        match: own === undefined ? 'likely' : 'same',
        warnings: warningsOn(entry.profile, entry.retired, now),
      },
    ];
  });
}

/** What to know of a declared profile: that its price is old, or that it is or will be gone. */
export function warningsOn(
  { input_price: price, sources = [] }: LlmProfile,
  retired: string | null,
  now: number,
): string[] {
  const warnings: string[] = [];
  const dates = sources.map(({ date }) => Date.parse(date));
  const age = Math.floor((now - Math.max(...dates)) / DAY_MS);
  if (price !== undefined && dates.length > 0 && age > STALE_DAYS) warnings.push(`its price was read ${age} days ago`);
  if (retired !== null) warnings.push(`${Date.parse(retired) <= now ? 'retired' : 'to be retired'} on ${retired}`);
  return warnings;
}

/** What an entry adds to a declared profile: facts that are not declared, and where they are from. */
export function filledFrom(declared: LlmProfile, { profile }: CatalogueEntry): LlmProfile {
  const { id: _id, extra: _extra, ...facts } = profile;
  return {
    ...facts,
    ...declared,
    ...(declared.benchmarks && { benchmarks: { ...facts.benchmarks, ...declared.benchmarks } }),
  };
}
