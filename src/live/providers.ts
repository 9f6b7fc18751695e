import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import { createProviderClient } from '../providers/client.js';
import { createDeployments } from '../providers/deployments.js';
import { createSecrets } from '../providers/secrets.js';
import type { Calling } from '../providers/types.js';
import { DEFAULT_BREAKER } from '../schema/health.js';
import type { Provider, ProviderInfo } from '../schema/provider.js';
import type { Ledger } from '../store/ports/index.js';
import type { Subject } from '../store/ports/changes.js';
import type { Live } from './follower.js';

/** Providers and deployments that follow the ledger. How deployments fare is known of this process alone. */
export interface LiveProviders extends Calling, Live {
  /** A provider as it is shown: whether its key is there, and how its deployments fare. */
  info(provider: Provider): ProviderInfo;
  /** Closes all connections, once nobody calls any more. */
  close(): Promise<void>;
}

export interface LiveProvidersParts {
  ledger: Pick<Ledger, 'providers' | 'catalog' | 'settings'>;
  /** The time that breakers and limits are kept by: `Ledger.steady`. */
  clock: Clock;
  /** The time of day, for what people read. */
  wall?: Clock;
  log: Logger;
  /** Holds the keys that providers name by `key_env`. */
  env?: NodeJS.ProcessEnv;
}

export async function openLiveProviders({
  ledger,
  clock,
  wall = clock,
  log,
  env = process.env,
}: LiveProvidersParts): Promise<LiveProviders> {
  const secrets = createSecrets({ env, clock });
  const client = createProviderClient(secrets);
  let breaker = DEFAULT_BREAKER;
  const { declare, faresOf, uncallable, targets, begin } = createDeployments({
    secrets,
    settings: () => breaker,
    clock,
    log,
  });
  let providers: Provider[] = [];

  /** Reads the providers; those that did not change stay the same objects, with their connections. */
  async function readProviders(): Promise<void> {
    const before = new Map(providers.map((provider) => [provider.name, provider]));
    providers = (await ledger.providers.list()).map((provider) => {
      const own = before.get(provider.name);
      if (own !== undefined && isDeepStrictEqual(own, provider)) return own;
      const state = secrets.stateOf(provider);
      if (state.key === 'missing')
        log.warn({ provider: provider.name, why: state.why }, 'the key of a provider is missing');
      return provider;
    });
    client.retain(providers);
  }

  async function refresh(changed?: ReadonlySet<Subject>): Promise<void> {
    const has = (subject: Subject): boolean => changed === undefined || changed.has(subject);
    if (has('settings')) breaker = await ledger.settings.get('breaker');
    if (has('providers')) await readProviders();
    if (has('providers') || has('catalog')) declare(await ledger.catalog.list(), providers);
  }

  await refresh();
  return {
    name: 'providers',
    eager: ['providers', 'catalog', 'settings'],
    lazy: [],
    refresh,
    uncallable,
    targets,
    begin,
    send: client.send,
    redact: secrets.redact,
    info(provider) {
      const state = secrets.stateOf(provider);
      return {
        ...provider,
        key: state.key,
        key_problem: state.key === 'missing' ? state.why : null,
        deployments: faresOf(provider.name, wall()),
      };
    },
    close: client.close,
  };
}
