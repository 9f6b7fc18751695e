import type { ArtifactFiles } from '../artifact/files/types.js';
import { MAP_FILE, type StoredMap } from '../artifact/map.js';
import { PROFILES_FILE, ProfileTexts, QUOTED_FILE, QuotedQueries } from '../artifact/manifest.js';
import { sha256 } from '../base/hash.js';
import { scalesIn } from '../learned/scale.js';
import { isTrainable } from '../serving/routers.js';
import { readArtifact } from '../serving/read.js';
import type { ArtifactStore } from '../store/ports/artifacts.js';

/** Versions that are looked at. */
const SHOWN = 10;

/** What trained versions expected of LLMs. */
export interface History {
  /** What the last versions expected of an LLM over all queries, newest first. */
  of(model: string): Promise<{ version: string; created_at: string; score: number }[]>;
  /** An LLM's profile as texts in a version; null where it has none. */
  textsIn(version: string, model: string): Promise<{ flat: string; structured: string } | null>;
  /** Hashes of the queries that a version's structured texts may quote; null where it does not say. */
  quotedIn(version: string): Promise<readonly string[] | null>;
  /** What a version learned, to be looked at; null where it has no map, or one that is not as it was written. */
  mapIn(version: string): Promise<StoredMap | null>;
}

/** Reads versions once each: they don't change. Those that can't be read are left out. */
export function createHistory(artifacts: Pick<ArtifactStore, 'list' | 'get'>, files: ArtifactFiles): History {
  const expected = new Map<string, Promise<ReadonlyMap<string, number>>>();
  const texts = new Map<string, Promise<ProfileTexts>>();
  const quoted = new Map<string, Promise<readonly string[]>>();

  async function read(version: string): Promise<ReadonlyMap<string, number>> {
    const { model } = await readArtifact(files, version);
    const { centre, spread } = scalesIn(model.tables['score/scale']!.data).measured;
    const record = model.tables['record/llm']!.data;
    const asked = model.tables['record/count']!.data;
    return new Map(model.names.llms.flatMap((llm, l) => (asked[l]! > 0 ? [[llm, centre + spread * record[l]!]] : [])));
  }

  const once = <T>(known: Map<string, Promise<T>>, version: string, make: () => Promise<T>): Promise<T> => {
    let found = known.get(version);
    if (found === undefined) known.set(version, (found = make()));
    return found;
  };

  return {
    async of(model) {
      const versions = (await artifacts.list()).filter(({ router }) => isTrainable(router)).slice(0, SHOWN);
      const found = await Promise.all(
        versions.map(async ({ version, created_at }) => {
          const scores = await once(expected, version, () => read(version)).catch(() => new Map<string, number>());
          return { version: version as string, created_at, score: scores.get(model) };
        }),
      );
      for (const version of expected.keys())
        if (!versions.some((one) => (one.version as string) === version)) expected.delete(version);
      return found.flatMap(({ score, ...version }) => (score === undefined ? [] : [{ ...version, score }]));
    },
    async textsIn(version, model) {
      const all = await once(texts, version, async () =>
        ProfileTexts.parse(JSON.parse((await files.read(version, PROFILES_FILE)).toString('utf8'))),
      ).catch((): ProfileTexts => ({}));
      if (texts.size > 1) for (const other of texts.keys()) if (other !== version) texts.delete(other);
      return Object.hasOwn(all, model) ? all[model]! : null;
    },
    async quotedIn(version) {
      for (const other of quoted.keys()) if (other !== version) quoted.delete(other);
      return once(quoted, version, async () =>
        QuotedQueries.parse(JSON.parse((await files.read(version, QUOTED_FILE)).toString('utf8'))),
      ).catch(() => null);
    },
    async mapIn(version) {
      const listed = (await artifacts.get(version))?.files.find(({ name }) => name === MAP_FILE);
      if (listed === undefined) return null;
      const bytes = await files.read(version, MAP_FILE).catch(() => undefined);
      if (bytes === undefined || sha256(bytes) !== listed.sha256) return null;
      return JSON.parse(bytes.toString('utf8')) as StoredMap;
    },
  };
}
