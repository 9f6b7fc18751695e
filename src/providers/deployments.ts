import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import { capacityOf, type Capacity } from '../machines/limits.js';
import type { Api } from '../protocol/types.js';
import type { BreakerSettings } from '../schema/health.js';
import type { Deployment, LlmProfile } from '../schema/profile.js';
import type { DeploymentFare, Provider } from '../schema/provider.js';
import { formAt } from './address.js';
import { createDeploymentState, type DeploymentState } from './deployment-state.js';
import type { Secrets } from './secrets.js';
import type { Calling, Target } from './types.js';

/** How long it stands whether an LLM can be called at all, in milliseconds: keys may come and go. */
const PLAN_MS = 1_000;

/**
 * Deployments of all LLMs, and how they fare. That is counted in this process: others have breakers and limits of their
 * own, as only this one knows what it meets at once.
 */
export interface Deployments extends Pick<Calling, 'uncallable' | 'targets' | 'begin'> {
  /** Takes note of what is declared now. Those of a provider that changed begin anew. */
  declare(llms: readonly LlmProfile[], providers: readonly Provider[]): void;
  /** How those of a provider fare, by LLM. @param wall the time of day */
  faresOf(provider: string, wall: number): DeploymentFare[];
}

export interface DeploymentParts {
  secrets: Pick<Secrets, 'stateOf' | 'redact'>;
  settings: () => BreakerSettings;
  clock: Clock;
  log: Logger;
}

interface Candidate {
  target: Target;
  priority: number;
  capacity: Capacity;
  state: DeploymentState;
}

/** Where an LLM can be called in one form, whatever its state. */
interface Plan {
  candidates: Candidate[];
  /** Why nowhere. */
  why: string | undefined;
  until: number;
}

const keyOf = (provider: string, model: string): string => `${provider}/${model}`;

export function createDeployments({ secrets, settings, clock, log }: DeploymentParts): Deployments {
  let llms = new Map<string, readonly Deployment[]>();
  let providers = new Map<string, Provider>();
  const states = new Map<string, DeploymentState>();
  const plans = new Map<Api, Map<string, Plan>>();
  let turns = 0;

  function stateAt(provider: string, model: string): DeploymentState {
    const key = keyOf(provider, model);
    let state = states.get(key);
    if (state === undefined) states.set(key, (state = createDeploymentState(settings)));
    return state;
  }

  /** A place where an LLM can be called, or why it can't be there. */
  function candidateAt(model: string, deployment: Deployment, api: Api): Candidate | string {
    const { provider: name, model: there, priority = 0, limits = {} } = deployment;
    const provider = providers.get(name);
    if (provider === undefined) return `its provider ${name} is not known`;
    const form = formAt(provider, api);
    if (form === null) return `its provider ${name} speaks Anthropic’s protocol, which has no ${api}`;
    const key = secrets.stateOf(provider);
    if (key.key === 'missing') return `the key of its provider ${name} is missing: ${key.why}`;
    const target = { model, deployment, provider, api: form };
    return { target, priority, capacity: capacityOf(limits), state: stateAt(name, there) };
  }

  function makePlan(model: string, api: Api, until: number): Plan {
    const deployments = llms.get(model) ?? [];
    if (deployments.length === 0) return { candidates: [], why: 'it declares no deployments', until };
    const all = deployments.map((deployment) => candidateAt(model, deployment, api));
    const candidates = all.filter((one) => typeof one !== 'string');
    const why = candidates.length > 0 ? undefined : [...new Set(all)].join('; ');
    return { candidates, why, until };
  }

  function planOf(model: string, api: Api): Plan {
    let byModel = plans.get(api);
    if (byModel === undefined) plans.set(api, (byModel = new Map()));
    const now = clock();
    let plan = byModel.get(model);
    // Names of LLMs that nobody declared would fill the memory.
    if (plan === undefined && !llms.has(model)) return makePlan(model, api, now);
    if (plan === undefined || now >= plan.until || now < plan.until - PLAN_MS)
      byModel.set(model, (plan = makePlan(model, api, now + PLAN_MS)));
    return plan;
  }

  function begin(
    { provider: { name }, deployment: { model } }: Target,
    promptTokens: number,
  ): ReturnType<Calling['begin']> {
    const end = stateAt(name, model).begin(promptTokens, ++turns, clock());
    return (outcome) => {
      const change = end(outcome, clock());
      const deployment = keyOf(name, model);
      if (change === 'opened')
        log.warn({ deployment, error: secrets.redact(outcome.error ?? '') }, 'a deployment fails, and is left out');
      if (change === 'closed') log.info({ deployment }, 'a deployment is called again');
    };
  }

  return {
    uncallable: (model, api) => planOf(model, api).why,
    targets(model, api, promptTokens) {
      const now = clock();
      const free = planOf(model, api).candidates.filter(
        ({ state, capacity }) => state.barred(promptTokens, capacity, now) === undefined,
      );
      if (free.length > 1)
        free.sort(
          (a, b) =>
            a.priority - b.priority ||
            a.state.inFlight() - b.state.inFlight() ||
            a.state.lastTurn() - b.state.lastTurn(),
        );
      return free.map(({ target }) => target);
    },
    begin,
    declare(profiles, declared) {
      const now = new Map<string, Provider>(declared.map((provider) => [provider.name, provider]));
      const used = new Set<string>();
      llms = new Map();
      for (const { id, deployments } of profiles) {
        if (deployments === undefined) continue;
        llms.set(id, deployments);
        for (const { provider, model } of deployments)
          if (now.get(provider) === providers.get(provider)) used.add(keyOf(provider, model));
      }
      for (const key of states.keys()) if (!used.has(key)) states.delete(key);
      providers = now;
      plans.clear();
    },
    faresOf(provider, wall) {
      const now = clock();
      return Array.from(llms).flatMap(([model, deployments]) =>
        deployments
          .filter((one) => one.provider === provider)
          .map(({ model: deployment, priority = 0, limits = {} }): DeploymentFare => {
            const state = stateAt(provider, deployment);
            const { opened_at: _opened, ...health } = state.health(now, wall);
            return {
              model: model as DeploymentFare['model'],
              deployment,
              priority,
              ...health,
              in_flight: state.inFlight(),
              full: state.full(1, capacityOf(limits), now) ?? null,
            };
          }),
      );
    },
  };
}
