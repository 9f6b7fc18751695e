import { PointsmanError } from '../../base/errors.js';
import { parseUnquoted } from '../../schema/parse.js';
import { ProviderBody, ProviderInfo, ProviderList, ProviderName, type Provider } from '../../schema/provider.js';
import type { Context } from '../context.js';
import { valueReply } from '../kit/answer.js';
import { operation, requiredBody, type Operation } from '../kit/operation.js';

const params = { name: { schema: ProviderName, description: 'Name of a provider' } };

const notFound = (name: string): PointsmanError =>
  new PointsmanError(
    'provider_not_found',
    `There is no provider ${JSON.stringify(name)}; GET /v1/providers lists those there are`,
  );

export function providerOperations({ ledger: { providers }, live }: Pick<Context, 'ledger' | 'live'>): Operation[] {
  const kept = async (name: string): Promise<Provider | undefined> =>
    (await providers.list()).find((one) => one.name === name);
  const state = ({ params: { name } }: { params: { name: string } }) => kept(name);

  return [
    operation({
      method: 'GET',
      path: '/v1/providers',
      tag: 'providers',
      scope: 'read',
      writes: false,
      summary: 'List the providers',
      description: 'How deployments fare is told of the process that answers: each has breakers and limits of its own.',
      answers: { 200: { description: 'All providers, by name', schema: ProviderList } },
      errors: [],
      run: async () => ({ providers: (await providers.list()).map((one) => live.providers.info(one)) }),
    }),
    operation({
      method: 'GET',
      path: '/v1/providers/{name}',
      tag: 'providers',
      scope: 'read',
      writes: false,
      summary: 'Read a provider',
      params,
      answers: { 200: { description: 'The provider, never with its key', schema: ProviderInfo } },
      errors: ['provider_not_found'],
      async run({ params: { name } }) {
        const found = await kept(name);
        if (found === undefined) throw notFound(name);
        return live.providers.info(found);
      },
    }),
    operation({
      method: 'PUT',
      path: '/v1/providers/{name}',
      tag: 'providers',
      scope: 'admin',
      writes: ['providers'],
      state,
      summary: 'Add a provider or replace it',
      description:
        'It names the variable or the file that has its key, as the service sees them, and never holds the key. ' +
        'Calls go wherever `base_url` leads, private networks too.',
      params,
      body: requiredBody(ProviderBody, (value) => parseUnquoted(ProviderBody, value)),
      answers: {
        200: { description: 'Replaced', schema: ProviderInfo },
        201: { description: 'Added', schema: ProviderInfo },
      },
      errors: [],
      async run({ params: { name }, body }) {
        const provider = { name, ...body };
        const isNew = await providers.put(provider);
        return valueReply(live.providers.info(provider), { status: isNew ? 201 : 200 });
      },
    }),
    operation({
      method: 'DELETE',
      path: '/v1/providers/{name}',
      tag: 'providers',
      scope: 'admin',
      writes: ['providers'],
      state,
      summary: 'Remove a provider',
      description: 'Deployments that name it stay declared, and are not called. Calls in flight go on to their end.',
      params,
      answers: { 204: { description: 'Removed' } },
      errors: ['provider_not_found'],
      async run({ params: { name } }) {
        if (!(await providers.delete(name))) throw notFound(name);
        return undefined;
      },
    }),
  ];
}
