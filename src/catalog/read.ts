import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { PointsmanError, messageOf, type Issue } from '../base/errors.js';
import { describe, describeIssues, parse } from '../schema/parse.js';
import { LlmProfile } from '../schema/profile.js';
import { fromRouteProfile, isRouteProfile, RouteProfile } from './routeprofile.js';

/** More would let a small file unfold into a huge one. */
const MAX_ALIASES = 100;

/** A profile, and what was kept of it that has no field. */
export interface Declared {
  profile: LlmProfile;
  notes: string[];
}

/**
 * The profile that a value declares, in RouteProfile's form or ours.
 *
 * @throws PointsmanError with `code`, naming each wrong field
 */
export function profileFrom(value: unknown, code: 'invalid_file' | 'invalid_request', where = ''): Declared {
  if (!isRouteProfile(value)) return { profile: parse(LlmProfile, value, code, where), notes: [] };
  const profile = parse(LlmProfile, fromRouteProfile(parse(RouteProfile, value, code, where)), code, where);
  return { profile, notes: fieldsOf(profile.extra ?? {}).map((field) => `${field}: unknown, kept under extra`) };
}

/** Names of the fields of a nested object that hold something else than objects. */
function fieldsOf(object: object, before = ''): string[] {
  return Object.entries(object).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? fieldsOf(value as object, `${before}${key}.`)
      : [`${before}${key}`],
  );
}

/** A profile as a file has it. */
export interface FromFile extends Declared {
  /** File, line and column. */
  where: string;
}

/** What a file of profiles holds, as far as it is right, and each thing that is wrong in it, with line and column. */
export interface FileOfProfiles {
  profiles: FromFile[];
  errors: string[];
}

/** Reads a file of profiles: YAML or JSON, one or several documents, each a profile or a list of them. */
export function readProfiles(path: string, text: string): FileOfProfiles {
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const out: FileOfProfiles = { profiles: [], errors: [] };
  for (const document of parseAllDocuments(text, { lineCounter: lines }) as Document.Parsed[]) {
    const [broken] = document.errors;
    if (broken !== undefined) {
      out.errors.push(`${at(broken.pos[0])}: expected YAML or JSON, got ${broken.message.split('\n')[0]}`);
      continue;
    }
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (error) {
      out.errors.push(`${path}: expected YAML or JSON, got ${messageOf(error)}`);
      continue;
    }
    const place = (field: string, start: PropertyKey[]): string => at(offsetOf(document, [...start, ...pathOf(field)]));
    const items: [unknown, PropertyKey[]][] = Array.isArray(value)
      ? value.map((item, i) => [item, [i]])
      : [[value, []]];
    for (const [item, start] of items) {
      if (typeof item !== 'object' || item === null || Array.isArray(item)) {
        if (item !== null || items.length > 1 || start.length > 0)
          out.errors.push(`${place('', start)}: expected a profile with "id" or "model_id", got ${describe(item)}`);
        continue;
      }
      try {
        out.profiles.push({ ...profileFrom(item, 'invalid_file'), where: place('', start) });
      } catch (error) {
        if (!(error instanceof PointsmanError)) throw error;
        const issues: readonly Issue[] = error.issues;
        for (const issue of issues) out.errors.push(`${place(issue.field, start)}: ${describeIssues([issue])}`);
      }
    }
  }
  if (out.profiles.length === 0 && out.errors.length === 0)
    out.errors.push(`${path}: expected profiles with "id" or "model_id", got nothing`);
  return out;
}

/** The path of an issue's field: `capabilities.task_types[0]` in parts. */
function pathOf(field: string): PropertyKey[] {
  return [...field.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? name! : Number(index),
  );
}

/** Where a field stands in a document; where it is missing, what should have it. */
function offsetOf(document: Document.Parsed, path: PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}
