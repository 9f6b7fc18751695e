import { systemClock } from '../base/clock.js';
import { knownProfile } from '../catalog/known.js';
import { CatalogSettings } from '../schema/catalog.js';
import type { LlmId } from '../schema/ids.js';
import type { KnownProfile } from '../schema/known-profile.js';
import { parse } from '../schema/parse.js';
import type { LlmProfile } from '../schema/profile.js';
import type { CatalogStore } from '../store/ports/catalog.js';
import { auditDone, audited } from './actor.js';
import { callJson, serviceApi } from './client.js';
import { readLedger, withLedger } from './ledger.js';
import type { Target } from './target.js';
import { unknownModel } from './unknown-model.js';
import { openWorkspace } from './workspace.js';

/** What an LLM's logged answers scored; the mean is null where none was scored. */
export interface Logged {
  interactions: number;
  scored: number;
  meanScore: number | null;
}

type Undeclared = Awaited<ReturnType<CatalogStore['undeclared']>>;

/** The LLMs of a folder or of a service. */
export interface Catalogue {
  list(): Promise<LlmProfile[]>;
  /** What is logged of each of these. */
  logged(ids: readonly string[]): Promise<Map<string, Logged>>;
  /** LLMs that feedback named and nobody declared: how many, and the first of them. */
  undeclared(most: number): Promise<Undeclared>;
  /** What is known of some LLMs; `nearest` says how many like them are named. Throws `model_not_found`. */
  known(ids: readonly string[], encoder: string, nearest?: number): Promise<KnownProfile[]>;
  /** Declares an LLM; answers whether it is new. */
  put(profile: LlmProfile): Promise<boolean>;
  /** Throws `model_not_found`. */
  remove(id: string): Promise<void>;
  /** In a folder, all of it or nothing; by a service, one after another. */
  apply(change: { put: LlmProfile[]; remove: readonly string[] }, said: unknown): Promise<void>;
  settings(): Promise<CatalogSettings>;
  /** Sets what is given; answers all. Throws `invalid_request`. */
  changeSettings(given: Partial<CatalogSettings>): Promise<CatalogSettings>;
}

const pathOf = (id: string): string => `/v1/models/${encodeURIComponent(id)}`;
const NO_ANSWERS: Logged = { interactions: 0, scored: 0, meanScore: null };
/** Requests to a service at once. */
const AT_ONCE = 8;

function inFolder(data: string): Catalogue {
  return {
    list: () => readLedger(data, ({ catalog }) => catalog.list()),
    logged: (ids) =>
      readLedger(data, async ({ feedback }) => {
        const stats = new Map<string, Logged>(
          (await feedback.stats()).map(({ id, interactions, scored, meanScore }) => [
            id,
            { interactions, scored, meanScore: scored === 0 ? null : meanScore },
          ]),
        );
        return new Map(ids.map((id) => [id, stats.get(id) ?? NO_ANSWERS]));
      }),
    undeclared: (most) => readLedger(data, ({ catalog }) => catalog.undeclared(most)),
    async known(ids, encoder, nearest) {
      const { ledger, live, history, close } = await openWorkspace({ data, encoder, logLevel: 'warn' });
      try {
        const scorer = live.scorer.current();
        const parts = { ledger, scorer, history, clock: systemClock, ...(nearest !== undefined && { nearest }) };
        const known: KnownProfile[] = [];
        for (const id of ids) known.push((await knownProfile(parts, id as LlmId)) ?? unknownModel(id));
        return known;
      } finally {
        await close();
      }
    },
    put: (profile) =>
      withLedger(data, (ledger) => {
        const state = () => ledger.catalog.get(profile.id);
        const change = { action: 'models put', target: `/v1/models/${profile.id}`, state };
        return audited(ledger, change, () => ledger.catalog.put(profile));
      }),
    remove: (id) =>
      withLedger(data, (ledger) => {
        const state = () => ledger.catalog.get(id);
        return audited(ledger, { action: 'models delete', target: `/v1/models/${id}`, state }, async () => {
          if (!(await ledger.catalog.delete(id))) unknownModel(id);
        });
      }),
    apply: ({ put, remove }, said) =>
      withLedger(data, async (ledger) => {
        await ledger.catalog.apply({ put, remove });
        await auditDone(ledger, 'models apply', '/v1/models', said);
      }),
    settings: () => readLedger(data, ({ settings }) => settings.get('catalog')),
    changeSettings: (given) =>
      withLedger(data, async (ledger) => {
        const state = () => ledger.settings.get('catalog');
        const wanted = parse(CatalogSettings, { ...(await state()), ...given });
        await audited(ledger, { action: 'models settings', target: '/v1/catalog', state }, () =>
          ledger.settings.put('catalog', wanted),
        );
        return wanted;
      }),
  };
}

function ofService(url: string): Catalogue {
  const api = serviceApi(url);
  const all = () => callJson<{ models: LlmProfile[]; undeclared?: Undeclared }>(api, 'GET', '/v1/models');
  async function known(ids: readonly string[]): Promise<KnownProfile[]> {
    const found: KnownProfile[] = [];
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const some = ids.slice(i, i + AT_ONCE);
      found.push(...(await Promise.all(some.map((id) => callJson<KnownProfile>(api, 'GET', pathOf(id))))));
    }
    return found;
  }
  const settings = (): Promise<CatalogSettings> => callJson(api, 'GET', '/v1/catalog');
  const put = async (profile: LlmProfile): Promise<boolean> =>
    (await api.call('PUT', pathOf(profile.id), profile)).status === 201;
  const remove = async (id: string): Promise<void> => void (await api.call('DELETE', pathOf(id)));
  return {
    list: async () => (await all()).models,
    async logged(ids) {
      const found = await known(ids);
      return new Map(
        found.map(({ id, learned: { usage } }) => [
          id,
          { interactions: usage.answers, scored: usage.scored, meanScore: usage.mean_score },
        ]),
      );
    },
    async undeclared(most) {
      const { count, ids } = (await all()).undeclared ?? { count: 0, ids: [] };
      return { count, ids: ids.slice(0, most) };
    },
    known: (ids) => known(ids),
    put,
    remove,
    async apply(change) {
      for (const profile of change.put) await put(profile);
      for (const id of change.remove) await remove(id);
    },
    settings,
    changeSettings: async (given) =>
      callJson(api, 'PUT', '/v1/catalog', parse(CatalogSettings, { ...(await settings()), ...given })),
  };
}

export const catalogueOf = (target: Target): Catalogue =>
  target.kind === 'folder' ? inFolder(target.data) : ofService(target.url);
