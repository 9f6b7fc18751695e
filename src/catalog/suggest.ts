import { readdirSync, readFileSync } from 'node:fs';
import { DAY_MS } from '../base/units.js';
import { join } from 'node:path';
import { PointsmanError } from '../base/errors.js';
import { packageRoot } from '../base/paths.js';
import type { LlmProfile } from '../schema/profile.js';
import { readProfiles } from './read.js';

/** Days after which a price may well be another. */
const STALE_DAYS = 180;

/** An LLM of the catalogue that comes with the package. */
export interface CatalogueEntry {
  profile: LlmProfile;
  /** Other ids that it goes by. */
  aliases: string[];
  /** Keys of published tables that its facts are from. */
  tableKeys: string[];
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
  const tables = profile.extra?.['tables'];
  return {
    profile,
    aliases: Array.isArray(aliases) ? aliases.map(String) : [],
    tableKeys: typeof tables === 'object' && tables !== null ? Object.values(tables).map(String) : [],
    retired: retiredIn(profile),
  };
}

/** Prefixes and endings of ids that name who serves an LLM, or which build of it. */
const SERVED_BY = /^(?:[a-z]{2,6}\.)?(?:anthropic|meta|amazon|mistral|cohere|ai21|deepseek|openai|qwen|google)\./;
const BUILD = /(?:@.*|:.*|-(?:v\d+|latest)$)/;
/** A date at the end of an id: another date may be another LLM, at another price. */
const DATED = /-(?:(?:exp|experimental|preview)(?:-\d\d-\d\d(?:\d\d)?)?|\d{4}|\d{8}|\d{4}-\d\d-\d\d)$/;
/** Words of ids that tell nothing of which LLM it is. */
const NOISE = new Set(['instruct', 'it', 'hf', 'fp8', 'fp16', 'bf16', 'awq', 'gptq', 'gguf', 'meta']);

/** `id` without endings that match, however many. */
function withoutEndings(id: string, ending: RegExp): string {
  let plain = id;
  for (let before = ''; before !== plain;) {
    before = plain;
    plain = plain.replace(ending, '');
  }
  return plain;
}

const spaced = (id: string): string => id.replaceAll(/[^a-z0-9]+/g, ' ').trim();
const named = (id: string): string => withoutEndings(id.toLowerCase().split('/').at(-1)!.replace(SERVED_BY, ''), BUILD);

/** An id without who serves it and which build it is. */
export const plainId = (id: string): string => spaced(named(id));

/** The words of an id that tell which LLM it is, in order. */
const tellingWords = (id: string): string =>
  spaced(withoutEndings(named(id), DATED))
    .split(' ')
    .filter((word) => !NOISE.has(word))
    .join(' ')
    .replaceAll(/(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])/g, ' ');

/** What the catalogue has of an LLM. */
export interface Suggestion {
  id: string;
  entry: CatalogueEntry;
  /** `same`: by its id or another that it goes by. `likely`: but for a date, or words that tell nothing. */
  match: 'same' | 'likely';
  /** What to know of it: that its price is old, or that it is or will be gone. */
  warnings: string[];
}

/** The catalogue's entry of each id, as far as there is one. */
export function suggest(ids: readonly string[], catalogue: readonly CatalogueEntry[], now: number): Suggestion[] {
  const same = new Map<string, CatalogueEntry>();
  const likely = new Map<string, CatalogueEntry>();
  for (const entry of catalogue.toReversed())
    for (const name of [...entry.aliases, ...entry.tableKeys, entry.profile.id]) {
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

const PRICES = ['input_price', 'output_price', 'cached_input_price'] as const;

/**
 * What an entry adds to a declared profile: facts that are not declared, and where they are from. Prices go together:
 * where one is declared, it is another provider's.
 */
export function filledFrom(declared: LlmProfile, { profile }: CatalogueEntry): LlmProfile {
  const { id: _id, extra: _extra, ...facts } = profile;
  const priced = PRICES.some((price) => declared[price] !== undefined);
  const known = Object.fromEntries(
    Object.entries(facts).filter(([fact]) => !(priced && (PRICES as readonly string[]).includes(fact))),
  );
  return {
    ...known,
    ...declared,
    ...(declared.benchmarks && { benchmarks: { ...facts.benchmarks, ...declared.benchmarks } }),
  };
}
