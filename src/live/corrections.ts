import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { createPace } from '../base/pace.js';
import { createArrivals, type Arrival, type Arrivals } from '../machines/arrival.js';
import { createCorrections, type Corrections, type GroupShare } from '../machines/correction.js';
import { besideOf, type Beside } from '../scoring/beside.js';
import { expectedOf } from '../scoring/expected.js';
import { groupsOf } from '../scoring/groups.js';
import type { ScoredLlm, Scorer, ScorerHolder } from '../scoring/types.js';
import type { LoggedAnswer } from '../store/ports/feedback.js';
import type { Ledger } from '../store/ports/index.js';
import type { Live } from './follower.js';

/** Newest interactions that corrections are made from where a version comes into force, trained on them or not. */
const WINDOW = 4_096;
/** Interactions read at a time. */
const READ = 256;
/** Longest that other work waits for its turn, in milliseconds, and its share of the time: routing goes first. */
const TURN_MS = 4;
const OTHERS_SHARE = 0.5;

/** How often an answer whose query can't be encoded is tried, a look at the ledger each, before it is left out. */
const TRIES = 3;

/** What answers since a training say beyond it, as decisions read it. */
export interface Correcting {
  /** Whether the expected scores of an LLM follow its answers. */
  follows(model: string, scorer: Scorer): boolean;
  /** @param groupsOf what the query may be of, asked for only where anything was observed */
  adjust(scored: ScoredLlm[], scorer: Scorer, groupsOf: () => readonly GroupShare[]): ScoredLlm[];
}

/** Where nothing is observed. */
export const UNCORRECTED: Correcting = { follows: () => false, adjust: (scored) => scored };

/**
 * Corrections that follow the ledger's answers in their order, so that they are the same in every process that has read
 * as far, and are made again from the ledger when a process starts or a version comes into force.
 */
export interface LiveCorrections extends Correcting, Live {
  /** Reads on to the newest answer without a pause: where there is no other work. */
  catchUp(): Promise<void>;
}

/** What was observed, for a version. */
interface Observed {
  version: string;
  halfLife: number;
  /** Newest interaction that was read. */
  position: number;
  corrections: Corrections;
  arrivals: Arrivals;
}

/** Scores with what was observed since: as far off as an LLM was, its deviation is wider by half of that. */
function corrected(scored: ScoredLlm, corrections: Corrections, shares: readonly GroupShare[]): ScoredLlm {
  const correction = corrections.of(scored.model, shares);
  if (correction === 0) return scored;
  const recovery = corrections.recoveryOf(scored.model, shares);
  const quality = Math.min(1, Math.max(0, scored.quality + correction));
  const uncertainty = Math.hypot(scored.uncertainty, correction / 2);
  return { ...scored, quality, uncertainty, correction: quality - scored.quality, ...(recovery && { recovery }) };
}

/** Scores of an LLM that came after the training, by what is declared of it and its answers. */
function arrived(scored: ScoredLlm, declared: number, { shift, deviation }: Arrival): ScoredLlm {
  return { ...scored, quality: Math.min(1, Math.max(0, declared + shift)), learnable: deviation };
}

/** Scores of the trained LLMs with what their answers since say of a query of these groups; of others as they are. */
const trained = (
  scored: readonly ScoredLlm[],
  { trainedOn }: Scorer,
  corrections: Corrections,
  shares: readonly GroupShare[],
): ScoredLlm[] => scored.map((llm) => (trainedOn.has(llm.model) ? corrected(llm, corrections, shares) : llm));

export function openLiveCorrections({
  ledger,
  scorer: holder,
  log,
}: {
  ledger: Pick<Ledger, 'feedback' | 'settings'>;
  scorer: ScorerHolder;
  log: Logger;
}): LiveCorrections {
  let observed: Observed | null = null;
  /** What is made for a version that came into force, and has not read as far as the newest answer. */
  let making: Observed | null = null;
  const besides = new WeakMap<Scorer, Beside>();
  /** The answer that could not be taken note of, and how often. */
  let failed = { position: -1, times: 0 };

  function besideIn(scorer: Scorer): Beside {
    let beside = besides.get(scorer);
    if (beside === undefined) besides.set(scorer, (beside = besideOf(scorer)));
    return beside;
  }

  /** Takes note of an answer; of an LLM that came after the training, beside what is declared of it. */
  async function observe({ corrections, arrivals }: Observed, scorer: Scorer, answer: LoggedAnswer): Promise<void> {
    const { model, task, score, weight } = answer;
    if (!scorer.models.includes(model)) return;
    const { vector, scored, expected } = await expectedOf(scorer, answer);
    if (expected === undefined) return;
    const { shares } = groupsOf(scorer, vector, task);
    if (scorer.trainedOn.has(model)) corrections.observe(model, shares, score - expected.quality, weight);
    else if (expected.declared !== undefined) {
      const { declared } = expected;
      const features = besideIn(scorer).features(trained(scored, scorer, corrections, shares), declared);
      arrivals.observe(model, features, score - declared, weight);
    }
  }

  /** Rejects where an answer may be taken note of the next time. */
  async function observeOrSkip(of: Observed, scorer: Scorer, answer: LoggedAnswer): Promise<void> {
    try {
      await observe(of, scorer, answer);
    } catch (error) {
      const { position } = answer;
      failed = { position, times: failed.position === position ? failed.times + 1 : 1 };
      if (failed.times < TRIES) throw error;
      log.warn({ position, error: messageOf(error) }, 'corrections: an answer is left out, its query is not encoded');
    }
  }

  /** Reads on to the newest answer. */
  async function readOn(of: Observed, scorer: Scorer, hurried: boolean): Promise<void> {
    for (;;) {
      const { answers, position } = await ledger.feedback.after(of.position, READ);
      const pace = createPace({ turnMs: TURN_MS, othersShare: OTHERS_SHARE, hurried: () => hurried });
      for (const answer of answers) {
        await observeOrSkip(of, scorer, answer);
        of.position = answer.position;
        await pace.turn();
      }
      of.position = position;
      if (answers.length < READ) return;
    }
  }

  async function catchUp(hurried: boolean): Promise<void> {
    const scorer = holder.current();
    const { version } = scorer;
    const { enabled, half_life: halfLife } = (await ledger.settings.get('drift')).correction;
    if (version === null || !enabled) {
      observed = making = null;
      return;
    }
    const fits = (one: Observed | null): boolean => one?.version === version && one.halfLife === halfLife;
    let next = [observed, making].find(fits) ?? null;
    if (next === null) {
      const position = Math.max(0, (await ledger.feedback.position()) - WINDOW);
      const arrivals = createArrivals(besideIn(scorer).deviations);
      next = { version, halfLife, position, corrections: createCorrections(halfLife), arrivals };
      log.info({ version, from: position }, 'corrections: made again from the newest answers');
    }
    making = next;
    await readOn(next, scorer, hurried);
    observed = next;
  }

  const follows = (model: string, scorer: Scorer): boolean =>
    observed !== null &&
    observed.version === scorer.version &&
    (scorer.trainedOn.has(model) || observed.arrivals.knows(model));

  return {
    name: 'corrections',
    eager: [],
    // Another version may have come into force meanwhile.
    lazy: 'always',
    follows,
    adjust(scored, scorer, groups) {
      if (observed === null || observed.version !== scorer.version) return scored;
      const { corrections, arrivals } = observed;
      const known = trained(scored, scorer, corrections, groups());
      return known.map((llm) => {
        if (llm.declared === undefined || scorer.trainedOn.has(llm.model)) return llm;
        // A newcomer is held beside what is expected of the others now: what they are corrected by, it has to beat.
        const features = besideIn(scorer).features(known, llm.declared);
        return arrived(llm, llm.declared, arrivals.of(llm.model, features));
      });
    },
    async refresh(changed) {
      const due = changed === undefined || changed.has('feedback') || changed.has('settings');
      if (due || holder.current().version !== (observed?.version ?? null)) await catchUp(false);
    },
    catchUp: () => catchUp(true),
  };
}
