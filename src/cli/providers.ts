import { PointsmanError } from '../base/errors.js';
import type { LlmProfile } from '../schema/profile.js';
import { ProviderBody, type Provider, type ProviderInfo } from '../schema/provider.js';
import type { Ledger } from '../store/ports/index.js';
import { audited } from './actor.js';
import { callJson, serviceApi } from './client.js';
import { readLedger, withLedger } from './ledger.js';
import type { Target } from './target.js';

/** The providers of a folder or of a service. */
export interface Providers {
  list(): Promise<Provider[]>;
  /** Answers whether it is new; `action` is what the audit log says of a folder's. */
  put(provider: Provider, action: string): Promise<boolean>;
  remove(name: string): Promise<void>;
  models(): Promise<LlmProfile[]>;
}

/** Providers of a folder, as keys are: who can write there is an administrator. */
function inFolder(data: string): Providers {
  const changed = <T>(action: string, name: string, change: (ledger: Ledger) => Promise<T>): Promise<T> =>
    withLedger(data, (ledger) => {
      const state = async (): Promise<unknown> => (await ledger.providers.list()).find((one) => one.name === name);
      return audited(ledger, { action, target: `/v1/providers/${name}`, state }, () => change(ledger));
    });
  return {
    list: () => readLedger(data, ({ providers }) => providers.list()),
    put: (provider, action) => changed(action, provider.name, ({ providers }) => providers.put(provider)),
    remove: (name) =>
      changed('providers remove', name, async ({ providers }) => {
        if (!(await providers.delete(name))) notFound(name);
      }),
    models: () => readLedger(data, ({ catalog }) => catalog.list()),
  };
}

const pathOf = (name: string): string => `/v1/providers/${encodeURIComponent(name)}`;

/** What is declared of a provider, without what a service says of it besides. */
const declaredOf = ({ name, ...info }: ProviderInfo): Provider => ({
  name,
  ...ProviderBody.parse(Object.fromEntries(Object.entries(info).filter(([field]) => field in ProviderBody.shape))),
});

function ofService(url: string): Providers {
  const api = serviceApi(url);
  return {
    list: async () =>
      (await callJson<{ providers: ProviderInfo[] }>(api, 'GET', '/v1/providers')).providers.map(declaredOf),
    put: async ({ name, ...body }) => (await api.call('PUT', pathOf(name), body)).status === 201,
    remove: async (name) => void (await api.call('DELETE', pathOf(name))),
    models: async () => (await callJson<{ models: LlmProfile[] }>(api, 'GET', '/v1/models')).models,
  };
}

export const providersAt = (target: Target): Providers =>
  target.kind === 'folder' ? inFolder(target.data) : ofService(target.url);

export function notFound(name: string): never {
  throw new PointsmanError(
    'provider_not_found',
    `There is no provider ${JSON.stringify(name)}; \`pointsman providers list\` shows those there are`,
  );
}

/** The providers there are; none where a folder has no ledger yet. */
export async function listed(providers: Providers): Promise<Provider[]> {
  try {
    return await providers.list();
  } catch (error) {
    if (error instanceof PointsmanError && error.code === 'file_not_found') return [];
    throw error;
  }
}
