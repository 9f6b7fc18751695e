import type { Clock, Uptime } from '../base/clock.js';
import { breathe } from '../base/breathe.js';
import { createRng } from '../base/rng.js';
import { DAY_MS, HOUR_MS } from '../base/units.js';
import { createExperimentControl } from '../experiments/control.js';
import { createFeedbackService } from '../feedback/service.js';
import type { ExperimentBody } from '../schema/experiment.js';
import type { PolicyBody } from '../schema/policy.js';
import type { RouteRequest, RouteResponse } from '../schema/route.js';
import { answerAt, createLlms, simulateTraffic } from '../simulator/index.js';
import type { Episode, SimulatedLlm, SimulatedRequest } from '../simulator/types.js';
import type { Workspace } from './workspace.js';

/** A clock that is set. */
export interface SetClock {
  clock: Clock;
  uptime: Uptime;
  set(at: number): void;
}

/** A clock that stands until it is set: what is played of past days has their times. */
export function createSetClock(at: number): SetClock {
  let now = at;
  return {
    clock: () => now,
    uptime: { boot: 'demo', ms: () => now },
    set: (next) => (now = next),
  };
}

/** Days of traffic that are played, and queries in them. */
export const TRAFFIC_DAYS = 7;
export const TRAFFIC_QUERIES = 2_000;

/** Answered together, in simulated milliseconds. */
const TOGETHER_MS = HOUR_MS;
/** How often what is live looks at the ledger meanwhile, in real milliseconds. */
const FOLLOW_MS = 50;
/** Share of answers that somebody scores. */
const SCORED = 0.75;

const POLICIES: Readonly<Record<string, PolicyBody>> = {
  support: {
    description:
      'Simulated: answers to customers. The cheapest LLM that is about as good as the best, now and then another.',
    cheapest_within: 0.05,
    exploration: { method: 'epsilon', share: 0.06 },
  },
  interactive: {
    description: 'Simulated: somebody waits. At most three seconds.',
    max_latency_ms: 3_000,
    on_no_candidate: 'nearest',
  },
};

/** Whose queries come by which policy, as shares that add up to 1. */
const ASKED: readonly [policy: string | undefined, share: number][] = [
  [undefined, 0.4],
  ['support', 0.35],
  ['interactive', 0.15],
  ['balanced', 0.1],
];

const EXPERIMENTS: Readonly<Record<string, ExperimentBody>> = {
  'balanced-shadow': {
    kind: 'shadow',
    description: 'Simulated: what the policy balanced would choose for the queries of the default policy.',
    of: 'quality',
    candidate: { policy: 'balanced' },
    share: 1,
  },
};

/** What LLMs go through: one gets worse on a task, another fails for some hours. */
const episodesFrom = (from: number): Episode[] => [
  {
    model: 'sim/quill-34b',
    task: 'translation',
    from: from + 4.6 * DAY_MS,
    to: Infinity,
    skillLost: 0.45,
  },
  { model: 'sim/forge-22b', from: from + 2.4 * DAY_MS, to: from + 2.65 * DAY_MS, failing: 0.6 },
];

/** Limits of the dearest, declared once the traffic is over: nothing of them is used yet. */
const LIMITS = { requests_per_minute: 300, tokens_per_minute: 400_000, in_flight: 32 };

export interface Played {
  queries: number;
  scored: number;
  alerts: number;
}

type FeedbackItem = Record<string, unknown>;

function policyAsked(chance: number): string | undefined {
  let left = chance;
  return ASKED.find(([, share]) => (left -= share) < 0)?.[0];
}

/** Requests in the groups that are answered together. */
function* together(requests: readonly SimulatedRequest[]): Generator<SimulatedRequest[]> {
  let group: SimulatedRequest[] = [];
  for (const request of requests) {
    if (group.length > 0 && request.at - group[0]!.at > TOGETHER_MS) {
      yield group;
      group = [];
    }
    group.push(request);
  }
  yield group;
}

/** Policies, and an experiment that shadows one. */
async function prepare({ ledger, live }: Workspace, clock: Clock): Promise<void> {
  for (const [name, body] of Object.entries(POLICIES)) await ledger.policies.put(name, body);
  // The alert is to be seen: no training starts by itself and resolves it.
  await ledger.settings.put('drift', { ...(await ledger.settings.get('drift')), retrain: false });
  const control = createExperimentControl({ ledger, clock, idle: live.experiments.idle });
  for (const [name, body] of Object.entries(EXPERIMENTS)) await control.put(name, body);
  await live.follower.catchUp();
}

/**
 * Plays some days of simulated traffic up to `until`: invented queries through the decider, invented answers as
 * feedback, with the times that they would have had.
 */
export async function playTraffic(
  workspace: Workspace,
  { seed, until, time }: { seed: number; until: number; time: SetClock },
): Promise<Played> {
  const { ledger, live, decider, log, encoder } = workspace;
  const from = until - TRAFFIC_DAYS * DAY_MS;
  time.set(from);
  await prepare(workspace, time.clock);
  const feedback = createFeedbackService({ ledger, live, decider, clock: time.clock, log, encoder });
  const rng = createRng(seed).fork('traffic');
  const [asking, answering] = [rng.fork('asked'), rng.fork('answered')];
  const llms = new Map<string, SimulatedLlm>(
    createLlms(createRng(seed), (await ledger.catalog.list()).length).map((llm) => [llm.profile.id, llm]),
  );
  const episodes = episodesFrom(from);
  let scored = 0;

  async function ask(request: SimulatedRequest): Promise<FeedbackItem> {
    time.set(request.at);
    const policy = policyAsked(asking.next());
    const { query, isLabelled } = request;
    const made: RouteResponse = await decider.decide({
      query: query.text,
      ...(policy !== undefined && { policy }),
      ...(isLabelled && { task: query.task.id }),
    } as RouteRequest);
    const { score, ...answered } = answerAt(answering, llms.get(made.model)!, request, episodes);
    const isScored = answered.error !== undefined || answering.next() < SCORED;
    if (isScored) scored++;
    const at = new Date(request.at + (answered.latency_ms ?? 0)).toISOString();
    return { decision_id: made.decision_id, ...answered, ...(isScored && { score }), at };
  }

  const stop = live.follower.start(FOLLOW_MS);
  try {
    for (const group of together(simulateTraffic(rng, TRAFFIC_QUERIES, { from, to: until - 60_000 }))) {
      const items: FeedbackItem[] = [];
      for (const request of group) items.push(await ask(request));
      await decider.shadows.drain();
      await feedback.post(items);
      await feedback.drain();
      await decider.flush();
      await breathe();
    }
  } finally {
    stop();
  }
  time.set(until);
  await ledger.catalog.put({ ...llms.get('sim/summit-140b')!.profile, limits: LIMITS });
  return { queries: TRAFFIC_QUERIES, scored, alerts: (await ledger.alerts.open()).length };
}
