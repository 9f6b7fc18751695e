import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { every } from '../base/every.js';
import type { Logger } from '../base/log.js';
import { armsVerdict } from '../machines/arms.js';
import { moveOf } from '../machines/canary.js';
import { armsOf, shareIn } from '../machines/experiment-arms.js';
import { triedPolicy } from '../policy/tried.js';
import { CANARY_ARMS, type AbTest, type Canary } from '../schema/experiment.js';
import type { ExperimentMove, KeptExperiment } from '../store/ports/experiments.js';
import type { Ledger } from '../store/ports/index.js';
import { canaryVerdict, comparisonsOf, sumsOf } from './compare.js';
import { promotionOf } from './promotion.js';

export interface RunnerParts {
  ledger: Pick<Ledger, 'experiments' | 'policies'>;
  clock: Clock;
  log: Logger;
}

/** Moves experiments on by what their tests say. Several processes may: each move is made once. */
export interface ExperimentRunner {
  /** Looks at all that run, once. */
  look(): Promise<void>;
  /** Looks every so often, until the returned function is called. */
  follow(everyMs: number): () => void;
}

/** Where an experiment goes by itself. */
type Next = Pick<ExperimentMove, 'state' | 'step' | 'why' | 'promotes'>;

const ACTOR = { via: 'service', key: null, name: 'experiments', address: null } as const;

export function openExperimentRunner({ ledger, clock, log }: RunnerParts): ExperimentRunner {
  const { experiments, policies } = ledger;

  async function nextOfCanary({ name, step }: KeptExperiment, body: Canary): Promise<Next | null> {
    const results = await experiments.results(name);
    const answers = results.find(({ arm }) => arm === CANARY_ARMS.candidate)?.stepAnswers ?? 0;
    const { move, why } = moveOf(body, { step, answers }, canaryVerdict(body, results));
    if (move === 'stay') return null;
    if (move === 'roll_back') return { state: 'rolled_back', step, why };
    if (move === 'step') return { state: 'running', step: step + 1, why };
    const { promotes, words } = promotionOf(body.candidate, triedPolicy(body), await policies.list());
    return { state: 'promoted', step, why: `${words}: ${why}`, promotes };
  }

  async function nextOfAbTest({ name, step }: KeptExperiment, body: AbTest): Promise<Next | null> {
    if (body.stop === 'manual') return null;
    const results = await experiments.results(name);
    if (!armsVerdict(armsOf(body, step).map((arm) => sumsOf(results, arm.name))).ends) return null;
    const told = comparisonsOf(body, results).map(({ arm, why }) => `${arm} is ${why}`);
    return { state: 'ended', step, why: `all arms are told from the first: ${told.join('; ')}` };
  }

  async function nextOf(kept: KeptExperiment): Promise<Next | null> {
    const { body, state, step } = kept;
    if (state !== 'running' && state !== 'paused') return null;
    if (body.until !== undefined && clock() >= Date.parse(body.until))
      return { state: 'ended', step, why: `its end, ${body.until}, is reached` };
    if (state === 'paused' || body.kind === 'shadow') return null;
    return body.kind === 'canary' ? nextOfCanary(kept, body) : nextOfAbTest(kept, body);
  }

  const stateOf = ({ body }: KeptExperiment, { state, step }: Pick<Next, 'state' | 'step'>) => ({
    state,
    ...(body.kind === 'canary' && { step: step + 1, share: shareIn(body, step) }),
  });

  async function lookAt(kept: KeptExperiment): Promise<void> {
    const next = await nextOf(kept);
    if (next === null) return;
    const { name } = kept;
    const audit = {
      actor: ACTOR,
      action: `experiment ${next.state}`,
      target: `/v1/experiments/${name}`,
      before: stateOf(kept, kept),
      after: { ...stateOf(kept, next), why: next.why, ...(next.promotes && { promotes: next.promotes }) },
    };
    if (await experiments.move(name, kept, { ...next, audit }))
      log.info({ experiment: name, state: next.state, step: next.step + 1, why: next.why }, 'an experiment moved on');
  }

  async function look(): Promise<void> {
    for (const kept of await experiments.list()) {
      try {
        await lookAt(kept);
      } catch (error) {
        // The others go on.
        log.warn(
          { experiment: kept.name, error: messageOf(error) },
          'an experiment was not moved on; it is tried again',
        );
      }
    }
  }

  return {
    look,
    follow: (everyMs) =>
      every(everyMs, look, (error) =>
        log.warn({ error: messageOf(error) }, 'experiments are not looked at; they are tried again'),
      ),
  };
}
