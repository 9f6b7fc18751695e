import { isObject } from '../base/object.js';
import { profileFrom } from '../catalog/read.js';
import { isRouteProfile } from '../catalog/routeprofile.js';
import { LlmProfile } from '../schema/profile.js';
import { DomainId, FamilyId, TaskId } from '../schema/ids.js';
import { describe, parse } from '../schema/parse.js';
import type { Import } from '../store/ports/imports.js';
import { FEATURE_FIELDS, profilesOfFeatures } from './features.js';
import { formatOf } from './formats/index.js';
import type { Row } from './formats/types.js';
import { invalid } from './source.js';
import type { FileFormat } from './types.js';

type Dictionary = Record<string, unknown>;

/**
 * What a JSON or YAML document is. Descriptions of families, tasks and domains look alike: see {@link
 * kindOfDescriptions}.
 */
export type DocumentContent =
  | { format: 'records'; records: unknown[] }
  | { format: 'llm-profiles'; profiles: unknown[] }
  | { format: 'llm-features'; features: Dictionary }
  | { format: 'domain-tasks'; tasksOf: Record<string, string[]> }
  | { format: 'descriptions'; descriptions: Record<string, string> }
  /** Rows of another tool's log. */
  | { format: 'rows'; rows: Row[] };

const KINDS = ['family', 'task', 'domain'] as const;
type Kind = (typeof KINDS)[number];

/** Tells what a document holds from its shape. Throws `invalid_file` when it is none of the known ones. */
export function classify(path: string, value: unknown): DocumentContent {
  const items = Array.isArray(value) ? value : [value];
  // Tools list what they answer under a name.
  const lists = isObject(value) ? ['scores', 'data', 'observations', 'records'].map((name) => value[name]) : [];
  // What is joined with comes before what it is joined with.
  const listed = lists.flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  for (const rows of [items, listed])
    if (Array.isArray(rows) && rows.length > 0 && rows.every(isObject) && rows.some((row) => formatOf(row)))
      return { format: 'rows', rows };
  if (items.length > 0 && items.every(isObject)) {
    if (items.some((item) => 'query' in item)) return { format: 'records', records: items };
    if (items.every((item) => typeof item.id === 'string' || isRouteProfile(item)))
      return { format: 'llm-profiles', profiles: items };
  }
  if (isObject(value)) {
    const keys = Object.keys(value);
    if (keys.length > 0 && keys.every((key) => key in LlmProfile.shape))
      throw invalid(path, 'id: expected the id of the LLM that this profile is of, got nothing');
    const entries = Object.values(value);
    if (entries.length > 0 && entries.every((entry) => typeof entry === 'string'))
      return { format: 'descriptions', descriptions: value as Record<string, string> };
    if (
      entries.length > 0 &&
      entries.every((entry) => Array.isArray(entry) && entry.every((task) => typeof task === 'string'))
    )
      return { format: 'domain-tasks', tasksOf: value as Record<string, string[]> };
    if (
      entries.length > 0 &&
      entries.every((entry) => isObject(entry) && FEATURE_FIELDS.some((field) => field in entry))
    )
      return { format: 'llm-features', features: value };
  }
  throw invalid(
    path,
    'expected interactions, score rows or preferences as JSON Lines, LLM profiles with an "id", LLM features ' +
      `by id, descriptions by id, or tasks by domain; got ${outline(value)}`,
  );
}

/** Writes a document of the catalogue. Answers its format and how many entries it had. */
export async function writeCatalog(
  path: string,
  content: Exclude<DocumentContent, { format: 'records' | 'rows' }>,
  writer: Import,
): Promise<{ format: FileFormat; entries: number }> {
  switch (content.format) {
    case 'llm-profiles':
      for (const [i, profile] of content.profiles.entries()) {
        const where = content.profiles.length > 1 ? `${path}, entry ${i + 1}` : path;
        await writer.mergeLlm(profileFrom(profile, 'invalid_file', where).profile);
      }
      return { format: content.format, entries: content.profiles.length };
    case 'llm-features': {
      const profiles = profilesOfFeatures(path, content.features);
      for (const profile of profiles) await writer.mergeLlm(profile);
      return { format: content.format, entries: profiles.length };
    }
    case 'domain-tasks':
      for (const [domain, tasks] of Object.entries(content.tasksOf))
        for (const task of tasks)
          await writer.linkTaskDomain(
            parse(TaskId, task, 'invalid_file', `${path}, ${domain}`),
            parse(DomainId, domain, 'invalid_file', path),
          );
      return { format: content.format, entries: Object.keys(content.tasksOf).length };
    case 'descriptions': {
      const kind = await kindOfDescriptions(path, content.descriptions, writer);
      const schema = { family: FamilyId, task: TaskId, domain: DomainId }[kind];
      for (const [id, description] of Object.entries(content.descriptions))
        await writer.describe(kind, parse(schema, id, 'invalid_file', path), description);
      return { format: `${kind}-descriptions`, entries: Object.keys(content.descriptions).length };
    }
  }
}

/**
 * Descriptions are of whatever most of their ids are known as; where none is known, their wording tells.
 * Throws `invalid_file` when neither does.
 */
async function kindOfDescriptions(
  path: string,
  descriptions: Record<string, string>,
  writer: Pick<Import, 'names'>,
): Promise<Kind> {
  const ids = Object.keys(descriptions);
  const texts = Object.values(descriptions);
  const names = {
    family: await writer.names('family'),
    task: await writer.names('task'),
    domain: await writer.names('domain'),
  };
  const known = (kind: Kind): number => ids.filter((id) => names[kind].has(id)).length;
  const worded: Record<Kind, RegExp> = {
    family: /^(?:an?|the)\b.*?\b(?:family|series)\b/i,
    task: /\b(?:benchmark|dataset|evaluat\w*)\b/i,
    domain: /^tasks\b/i,
  };
  return (
    most(known) ??
    most((kind) => texts.filter((text) => worded[kind].test(text)).length) ??
    fail(
      path,
      'expected descriptions of families, tasks or domains, got ids that are not known yet ' +
        `(${ids.slice(0, 3).join(', ')}); import the LLMs, or which task is in which domain, along with them`,
    )
  );
}

function most(votes: (kind: Kind) => number): Kind | undefined {
  const ranked = KINDS.map((kind) => ({ kind, votes: votes(kind) })).toSorted((a, b) => b.votes - a.votes);
  return ranked[0]!.votes > ranked[1]!.votes ? ranked[0]!.kind : undefined;
}

function fail(path: string, message: string): never {
  throw invalid(path, message);
}

function outline(value: unknown): string {
  if (isObject(value))
    return `an object with the keys ${
      Object.keys(value)
        .slice(0, 5)
        .map((key) => JSON.stringify(key))
        .join(', ') || '(none)'
    }`;
  return Array.isArray(value) && value.length > 0
    ? `${describe(value)}, the first ${describe(value[0])}`
    : describe(value);
}
