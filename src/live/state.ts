import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { Ledger } from '../store/ports/index.js';
import { openLiveHealth, type LiveHealth } from './breakers.js';
import { openLiveCallSettings, type LiveCallSettings } from './call-settings.js';
import { openLiveCorrections, type LiveCorrections } from './corrections.js';
import { openLiveExperiments, type LiveExperiments } from './experiments.js';
import { createFollower, type Follower, type Live } from './follower.js';
import { openLiveKeys, type LiveKeys } from './keys.js';
import { openLiveLoad, type LiveLoad } from './load.js';
import { openLivePolicies, type LivePolicies } from './policies.js';
import { openLiveProviders, type LiveProviders } from './providers.js';
import type { LiveScorer } from './scorer.js';
import { openLiveTexts, type LiveTexts } from './texts.js';
import { openLiveTrust, type LiveTrust } from './trust.js';
import { NO_VERSIONS, type LiveVersions } from './versions.js';

/** Everything that a decision reads, in memory, and what keeps it current. */
export interface LiveState {
  scorer: LiveScorer;
  policies: LivePolicies;
  health: LiveHealth;
  trust: LiveTrust;
  corrections: LiveCorrections;
  load: LiveLoad;
  keys: LiveKeys;
  providers: LiveProviders;
  callSettings: LiveCallSettings;
  texts: LiveTexts;
  experiments: LiveExperiments;
  follower: Follower;
}

export interface LiveParts {
  ledger: Ledger;
  scorer: LiveScorer;
  /** Versions that experiments try; none can be tried unless given. */
  versions?: LiveVersions & Live;
  clock: Clock;
  log: Logger;
  /** Holds the keys of providers that name one there; the process's own unless given. */
  env?: NodeJS.ProcessEnv;
}

/** Reads what the ledger says now. */
export async function openLiveState({ ledger, scorer, versions, clock, log, env }: LiveParts): Promise<LiveState> {
  const health = await openLiveHealth({ ledger, clock: ledger.steady, wall: clock, log });
  const trust = await openLiveTrust({ ledger, log });
  const corrections = openLiveCorrections({ ledger, scorer, log });
  const load = await openLiveLoad({ ledger, clock: ledger.steady, log });
  const policies = await openLivePolicies({ ledger });
  const keys = await openLiveKeys({ ledger, clock, log });
  const providers = await openLiveProviders({ ledger, clock: ledger.steady, wall: clock, log, ...(env && { env }) });
  const callSettings = await openLiveCallSettings({ ledger });
  const texts = await openLiveTexts({ ledger });
  const experiments = await openLiveExperiments({ ledger, versions: versions ?? NO_VERSIONS });
  const parts: Live[] = [scorer, health, trust, corrections, load, policies, keys, providers, callSettings, texts];
  if (versions !== undefined) parts.push(versions);
  parts.push(experiments);
  const follower = createFollower(ledger.changes, parts, log);
  return {
    scorer,
    policies,
    health,
    trust,
    corrections,
    load,
    keys,
    providers,
    callSettings,
    texts,
    experiments,
    follower,
  };
}
