import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../base/clock.js';
import { byName } from '../../graph/order.js';
import { LlmProfile } from '../../schema/profile.js';
import type { Connection } from './connection.js';
import type { Registry } from './registry.js';
import type { Room } from './room.js';
import type { CatalogStore, DescribedKind } from '../ports/catalog.js';
import type { Touch } from './changes.js';

interface LlmRow {
  id: number;
  name: string;
  revision: string | null;
  description: string | null;
  family: string | null;
  size_b: number | null;
  input_price: number | null;
  output_price: number | null;
  context_tokens: number | null;
  latency_ms: number | null;
  latency_p90_ms: number | null;
  cached_input_price: number | null;
  learning_config: string | null;
  deleted: number;
  undeclared: number;
}

/** Facts that are kept as JSON. */
const JSON_FACTS = [
  'task_types',
  'capabilities',
  'languages',
  'regions',
  'limits',
  'deployments',
  'tags',
  'modalities',
  'sources',
  'extra',
] as const;
/** Numbers and words that are kept as they are. */
const PLAIN_FACTS = [
  'revision',
  'description',
  'size_b',
  'input_price',
  'output_price',
  'cached_input_price',
  'context_tokens',
  'latency_ms',
  'latency_p90_ms',
  'learning_config',
] as const;
const FIELDS = Object.keys(LlmProfile.shape);
type JsonFacts = Record<(typeof JSON_FACTS)[number], string | null>;

/** Live LLMs in order of their id, each with the integer id its rows refer to. */
export type ListedLlm = { key: number; profile: LlmProfile };

/** One LLM, deleted or not; `undeclared` where feedback alone named it, which is deleted, too. */
export type FoundLlm = ListedLlm & { deleted: boolean; undeclared: boolean };

export interface CatalogReader {
  live(): ListedLlm[];
  find(name: string): FoundLlm | undefined;
}

/** Reads declared facts back as profiles, fields in the schema's order, those not declared left out. */
export function createCatalogReader({ db }: Connection): CatalogReader {
  const columns =
    `l.id, l.name, f.name AS family, deleted, undeclared, ${JSON_FACTS.join(', ')}, ` +
    PLAIN_FACTS.map((fact) => `l.${fact}`).join(', ');
  const all = db.prepare<[], LlmRow & JsonFacts>(
    `SELECT ${columns} FROM llm l LEFT JOIN family f ON f.id = l.family WHERE deleted = 0`,
  );
  const one = db.prepare<[string], LlmRow & JsonFacts>(
    `SELECT ${columns} FROM llm l LEFT JOIN family f ON f.id = l.family WHERE l.name = ?`,
  );
  const benchmarks = db
    .prepare<[number], [string, number]>(
      'SELECT t.name, score FROM benchmark b JOIN task t ON t.id = b.task WHERE llm = ?',
    )
    .raw();

  const profileOf = (row: LlmRow & JsonFacts): LlmProfile => {
    const scores = benchmarks.all(row.id).toSorted((a, b) => byName(a[0], b[0]));
    const facts: Record<string, unknown> = {
      id: row.name,
      family: row.family,
      benchmarks: scores.length > 0 ? Object.fromEntries(scores) : null,
    };
    for (const fact of PLAIN_FACTS) facts[fact] = row[fact];
    for (const fact of JSON_FACTS) facts[fact] = row[fact] === null ? null : (JSON.parse(row[fact]) as unknown);
    return Object.fromEntries(
      FIELDS.flatMap((field) => (facts[field] === null || facts[field] === undefined ? [] : [[field, facts[field]]])),
    ) as LlmProfile;
  };

  return {
    live: () =>
      all
        .all()
        .map((row) => ({ key: row.id, profile: profileOf(row) }))
        .toSorted((a, b) => byName(a.profile.id, b.profile.id)),
    find(name) {
      const row = one.get(name);
      return (
        row && { key: row.id, deleted: row.deleted === 1, undeclared: row.undeclared === 1, profile: profileOf(row) }
      );
    },
  };
}

/** What writes the catalogue, inside a write transaction. */
export interface CatalogWriter {
  /** Answers whether the LLM is new. */
  put(profile: LlmProfile): boolean;
  /** Declares only the facts that the profile gives. */
  merge(profile: LlmProfile): void;
  /** Answers whether it was there. */
  delete(id: string): boolean;
  describe(kind: DescribedKind, id: string, description: string): void;
  link(task: string, domain: string): void;
}

export interface CatalogParts {
  reader: CatalogReader;
  registry: Registry;
  touch: Touch;
  clock: Clock;
}

export function createCatalogWriter(
  { db }: Connection,
  { reader, registry, touch, clock }: CatalogParts,
): CatalogWriter {
  const update = db.prepare(
    `UPDATE llm SET family = @family, ${[...PLAIN_FACTS, ...JSON_FACTS].map((fact) => `${fact} = @${fact}`).join(', ')},
       deleted = 0, undeclared = 0
     WHERE id = @id`,
  );
  const markRevision = db.prepare<[number, number, string]>(
    "INSERT INTO change_point (llm, at, cause, revision) VALUES (?, ?, 'revision', ?)",
  );
  const lastRevision = db
    .prepare<[number], string>(
      "SELECT revision FROM change_point WHERE llm = ? AND cause = 'revision' ORDER BY id DESC LIMIT 1",
    )
    .pluck();
  const clearBenchmarks = db.prepare<[number]>('DELETE FROM benchmark WHERE llm = ?');
  const putBenchmark = db.prepare<[number, number, number]>('INSERT INTO benchmark VALUES (?, ?, ?)');
  const remove = db.prepare<[string]>(
    'UPDATE llm SET deleted = 1, undeclared = 0 WHERE name = ? AND (deleted = 0 OR undeclared = 1)',
  );
  const describing = (table: DescribedKind) =>
    db.prepare<{ id: number; description: string }>(
      `UPDATE ${table} SET description = @description WHERE id = @id AND description <> @description`,
    );
  const describe = {
    family: describing('family'),
    task: describing('task'),
    domain: describing('domain'),
  };
  const rowsWritten = db.prepare<[], number>('SELECT total_changes()').pluck();
  /** Marks a change where `work` writes any row. */
  const touching = (work: () => void): void => {
    const before = rowsWritten.get();
    work();
    if (rowsWritten.get() !== before) touch('catalog');
  };

  /** @param before what was declared until now; undefined of an LLM that is new */
  const write = (profile: LlmProfile, before: LlmProfile | undefined): void => {
    const id = registry.findLlm(profile.id)?.id ?? registry.registerLlm(profile.id, false);
    // One that was left out for a while is the same when it is declared again.
    if (
      before !== undefined &&
      profile.revision !== undefined &&
      profile.revision !== (before.revision ?? lastRevision.get(id))
    )
      markRevision.run(id, clock(), profile.revision);
    update.run({
      id,
      family: profile.family === undefined ? null : registry.family(profile.family),
      ...Object.fromEntries(PLAIN_FACTS.map((fact) => [fact, profile[fact] ?? null])),
      ...Object.fromEntries(
        JSON_FACTS.map((fact) => [fact, profile[fact] === undefined ? null : JSON.stringify(profile[fact])]),
      ),
    });
    for (const { task, domains = [] } of profile.task_types ?? []) {
      const taskId = registry.task(task);
      for (const domain of domains) registry.link(taskId, registry.domain(domain));
    }
    clearBenchmarks.run(id);
    for (const [task, score] of Object.entries(profile.benchmarks ?? {}))
      putBenchmark.run(id, registry.task(task), score);
  };
  /** Declares anew what is not declared so already. */
  const declare = (profile: LlmProfile, before: FoundLlm | undefined): void => {
    if (before !== undefined && !before.deleted && isDeepStrictEqual(before.profile, profile)) return;
    // What feedback said of one that nobody declared is of the LLM that is declared now.
    write(profile, before?.undeclared === true ? undefined : before?.profile);
    touch('catalog');
  };

  return {
    put(profile) {
      const before = reader.find(profile.id);
      declare(profile, before);
      return before === undefined || before.deleted;
    },
    merge(profile) {
      const before = reader.find(profile.id);
      const given = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== undefined));
      const merged = { ...before?.profile, ...given } as LlmProfile;
      if (profile.benchmarks !== undefined)
        merged.benchmarks = { ...before?.profile.benchmarks, ...profile.benchmarks };
      declare(merged, before);
    },
    delete(id) {
      const deleted = remove.run(id).changes > 0;
      if (deleted) touch('catalog');
      return deleted;
    },
    describe(kind, id, description) {
      touching(() => void describe[kind].run({ id: registry[kind](id), description }));
    },
    link(task, domain) {
      touching(() => registry.link(registry.task(task), registry.domain(domain)));
    },
  };
}

/** The catalogue over one connection. */
export function createCatalog(
  connection: Connection,
  { reader, writer, room }: { reader: CatalogReader; writer: CatalogWriter; room: Room },
): CatalogStore {
  const undeclared = connection.db.prepare<[], string>('SELECT name FROM llm WHERE undeclared = 1').pluck();
  const links = connection.db.prepare<[], { task: string; domain: string }>(
    `SELECT t.name AS task, d.name AS domain FROM task_domain l JOIN task t ON t.id = l.task
       JOIN domain d ON d.id = l.domain ORDER BY t.name, d.name`,
  );
  return {
    async get(id) {
      const found = connection.read(() => reader.find(id));
      return found === undefined || found.deleted ? undefined : found.profile;
    },
    list: async () => connection.read(() => reader.live().map((llm) => llm.profile)),
    put: async (profile) => connection.write(() => room.within(() => writer.put(profile))),
    async undeclared(limit) {
      const ids = undeclared.all().toSorted(byName);
      return { count: ids.length, ids: ids.slice(0, limit) };
    },
    apply: async ({ put, remove }) =>
      connection.write(() =>
        room.within(() => {
          for (const profile of put) writer.put(profile);
          for (const id of remove) writer.delete(id);
        }),
      ),
    delete: async (id) => connection.write(() => writer.delete(id)),
    describe: async (kind, id, description) => connection.write(() => writer.describe(kind, id, description)),
    taskDomains: async () => links.all(),
    linkTaskDomain: async (task, domain) => connection.write(() => writer.link(task, domain)),
  };
}
