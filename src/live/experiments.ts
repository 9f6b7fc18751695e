import { armAt, placeOf } from '../machines/assign.js';
import { armsOf, candidatesIn, unitOf, type ArmOf } from '../machines/experiment-arms.js';
import { POLICIES } from '../policy/named.js';
import { triedPolicy } from '../policy/tried.js';
import type { AbTest, Canary, Candidate, InExperiment, Shadow } from '../schema/experiment.js';
import type { Scorer } from '../scoring/types.js';
import type { KeptExperiment } from '../store/ports/experiments.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';
import type { LiveVersions } from './versions.js';

/** What a query's arm is chosen by. */
export interface Unit {
  /** The policy that it would be routed by. */
  policy: string;
  /** Id of the key that asks; null where nobody is asked for one. */
  key: string | null;
  /** What names its conversation; null where it is none. */
  conversation: string | null;
  query: string;
}

/** The arm that decides a query. */
export interface Assigned extends InExperiment {
  /** What decides otherwise than what is in force; null where nothing does. */
  candidate: Candidate | null;
  /** The scorer of the candidate's version; null for the one in force. */
  scorer: Scorer | null;
  /** Place of the unit that the arm was chosen for, in [0, 1): it tells units of an experiment apart. */
  unit: number;
  /** The other arm of a canary; null where there are several others, or nobody asks what it would choose. */
  other: Pick<Assigned, 'candidate' | 'scorer'> | null;
}

/** What decides silently beside what is in force. */
export interface Beside {
  experiment: string;
  shadow: Shadow;
  /** Null for the one in force. */
  scorer: Scorer | null;
}

/** The experiments that run, as decisions read them. */
export interface Experiments {
  /** The same for the same unit, in every process; null where the query takes part in none. */
  assign(unit: Unit): Assigned | null;
  /** Shadows of queries that are routed by this policy. */
  shadows(policy: string): readonly Beside[];
}

/** No experiment runs. */
export const NO_EXPERIMENTS: Experiments = { assign: () => null, shadows: () => [] };

/** Experiments that follow the ledger, which all API processes share. */
export interface LiveExperiments extends Experiments, Live {
  /** Why an experiment that runs decides nothing now; null where it decides, or does not run. */
  idle(name: string): string | null;
}

/** An experiment whose arms decide queries. */
interface Deciding {
  name: string;
  /** Whether answers count only where the arms would choose otherwise. */
  isCanary: boolean;
  unit: AbTest['unit'];
  arms: readonly ArmOf[];
  shares: readonly number[];
}

/** A shadow, or one that waits for its version. */
interface Shadowing {
  candidates: readonly Omit<Beside, 'scorer'>[];
  /** As they were last, with the scorers of then. */
  now: readonly Beside[];
}

const NONE: readonly Beside[] = [];

/** What an experiment needs there to be. */
interface Known {
  policies: ReadonlySet<string>;
  models: ReadonlySet<string>;
}

/** Why candidates can't decide; null where they can, once their versions are loaded. */
function missing(candidates: readonly Candidate[], { policies, models }: Known): string | null {
  for (const { policy, models: named } of candidates) {
    if (policy !== undefined && !policies.has(policy)) return `there is no policy ${policy} any more`;
    if (named !== undefined && !named.some((model) => models.has(model)))
      return `none of ${named.join(', ')} is in the catalogue`;
  }
  return null;
}

/**
 * Experiments as the ledger has them. Where a policy, an LLM or a version of one is not there, none of its queries take
 * part: all arms decide, or none.
 */
export async function openLiveExperiments({
  ledger,
  versions,
}: {
  ledger: Pick<Ledger, 'experiments' | 'policies' | 'catalog'>;
  versions: LiveVersions;
}): Promise<LiveExperiments> {
  let deciding: ReadonlyMap<string | null, Deciding> = new Map();
  let shadowing: ReadonlyMap<string | null, Shadowing> = new Map();
  let running: ReadonlyMap<string, { candidates: Candidate[]; why: string | null }> = new Map();

  async function known(): Promise<Known> {
    const [policies, llms] = await Promise.all([ledger.policies.list(), ledger.catalog.list()]);
    return {
      policies: new Set([...Object.keys(POLICIES), ...policies.keys()]),
      models: new Set(llms.map(({ id }) => id)),
    };
  }

  /**
   * Sorts experiments by whose queries they take: of a policy, the oldest one that can decide takes all. Under null are
   * those of policies that no experiment names.
   */
  function read(kept: readonly KeptExperiment[], there: Known): void {
    const ofPolicy = new Map<string | null, Deciding>();
    const besides = new Map<string | null, Omit<Beside, 'scorer'>[]>();
    const states = new Map<string, { candidates: Candidate[]; why: string | null }>();
    const named = [...new Set([null, ...kept.map(({ body }) => triedPolicy(body))])];
    for (const experiment of kept) {
      const { name, body } = experiment;
      const tried = triedPolicy(body);
      const takes = tried === null ? named : [tried];
      const candidates = candidatesIn(body);
      const free = body.kind === 'shadow' ? takes : takes.filter((policy) => !ofPolicy.has(policy));
      const why = free.length > 0 ? missing(candidates, there) : `${ofPolicy.get(tried)!.name} has its queries`;
      states.set(name, { candidates, why });
      if (why !== null) continue;
      for (const policy of free)
        if (body.kind === 'shadow')
          besides.set(policy, [...(besides.get(policy) ?? []), { experiment: name, shadow: body }]);
        else ofPolicy.set(policy, decidingOf(experiment, body));
    }
    deciding = ofPolicy;
    shadowing = new Map(Array.from(besides, ([policy, all]) => [policy, { candidates: all, now: NONE }]));
    running = states;
  }

  async function refresh(): Promise<void> {
    const kept = (await ledger.experiments.list()).filter(({ state }) => state === 'running');
    read(kept, kept.length === 0 ? { policies: new Set(), models: new Set() } : await known());
    const wanted = Array.from(running.values()).flatMap(({ candidates }) => candidates.map(({ version }) => version));
    await versions.want(new Set(wanted.filter((version) => version !== undefined)));
  }

  const scorerOf = (candidate: Candidate | null): Scorer | null =>
    candidate?.version === undefined ? null : versions.scorerOf(candidate.version);

  /** Whether the version of a candidate is not loaded. */
  const waits = (candidate: Candidate | null): boolean =>
    candidate?.version !== undefined && scorerOf(candidate) === null;

  function assignedIn(one: Deciding, unit: number): Assigned {
    const place = armAt(unit, one.shares);
    const { name, candidate } = one.arms[place]!;
    const other = one.isCanary ? one.arms[1 - place]!.candidate : null;
    return {
      experiment: one.name,
      arm: name,
      candidate,
      scorer: scorerOf(candidate),
      unit,
      other: one.isCanary ? { candidate: other, scorer: scorerOf(other) } : null,
    };
  }

  /** Those whose versions are loaded. */
  function besidesOf({ candidates }: Shadowing): Beside[] {
    return candidates
      .filter(({ shadow }) => !waits(shadow.candidate))
      .map((one) => ({ ...one, scorer: scorerOf(one.shadow.candidate) }));
  }

  const isSame = (a: readonly Beside[], b: readonly Beside[]): boolean =>
    a.length === b.length && a.every(({ scorer }, i) => scorer === b[i]!.scorer);

  await refresh();
  return {
    name: 'experiments',
    eager: ['experiments', 'policies'],
    lazy: ['catalog'],
    refresh,
    assign(unit) {
      const one = deciding.get(unit.policy) ?? deciding.get(null);
      if (one === undefined || one.arms.some(({ candidate }) => waits(candidate))) return null;
      return assignedIn(one, placeOf(one.name, unitOf(one.unit, unit)));
    },
    shadows(policy) {
      const one = shadowing.get(policy) ?? shadowing.get(null);
      if (one === undefined) return NONE;
      const now = besidesOf(one);
      if (!isSame(now, one.now)) one.now = now;
      return one.now;
    },
    idle(name) {
      const one = running.get(name);
      if (one === undefined) return null;
      const waiting = one.candidates.find(waits);
      if (one.why !== null || waiting === undefined) return one.why;
      return versions.refusal(waiting.version!) ?? `version ${waiting.version!} is being loaded`;
    },
  };
}

function decidingOf({ name, step }: KeptExperiment, body: Canary | AbTest): Deciding {
  const arms = armsOf(body, step);
  return { name, isCanary: body.kind === 'canary', unit: body.unit, arms, shares: arms.map(({ share }) => share) };
}
