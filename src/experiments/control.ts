import type { Clock } from '../base/clock.js';
import { PointsmanError } from '../base/errors.js';
import { shadowResults } from '../decision/shadow-results.js';
import { armsOf } from '../machines/experiment-arms.js';
import { triedPolicy } from '../policy/tried.js';
import type { Candidate, ExperimentBody, ExperimentState } from '../schema/experiment.js';
import type {
  ExperimentAction,
  ExperimentStatus,
  ExperimentSummary,
  PromotionAsked,
} from '../schema/experiment-status.js';
import { describeIssues } from '../schema/parse.js';
import type { KeptExperiment } from '../store/ports/experiments.js';
import type { Ledger } from '../store/ports/index.js';
import { checkExperiment } from './check.js';
import { promotionOf } from './promotion.js';
import { statusOf, summaryOf } from './shown.js';

/** Where an experiment must be for what is asked, and where it goes. */
const MOVES: Record<ExperimentAction, { from: readonly ExperimentState[]; to: ExperimentState; done: string }> = {
  promote: { from: ['running', 'paused', 'ended'], to: 'promoted', done: 'promoted' },
  rollback: { from: ['running', 'paused'], to: 'rolled_back', done: 'rolled back' },
  pause: { from: ['running'], to: 'paused', done: 'paused' },
  resume: { from: ['paused'], to: 'running', done: 'resumed' },
  end: { from: ['running', 'paused'], to: 'ended', done: 'ended' },
};
/** How often a move is tried while the experiment moves by itself meanwhile. */
const TRIES = 5;

export interface ExperimentControl {
  /** Oldest first. */
  list(): Promise<ExperimentSummary[]>;
  /** Throws `experiment_not_found`. */
  get(name: string): Promise<ExperimentStatus>;
  /** Starts or changes one; answers whether it is started. Throws `experiment_conflict`, and as `checkExperiment`. */
  put(name: string, body: ExperimentBody): Promise<boolean>;
  /** Throws `experiment_not_found`. */
  remove(name: string): Promise<void>;
  /** Throws `experiment_not_found`, `experiment_conflict`, `unknown_policy`. */
  act(name: string, action: ExperimentAction, asked?: PromotionAsked): Promise<ExperimentStatus>;
}

export interface ControlParts {
  ledger: Pick<Ledger, 'experiments' | 'shadows' | 'policies' | 'artifacts' | 'catalog'>;
  clock: Clock;
  /** Why an experiment that runs decides nothing now; nobody knows unless given. */
  idle?: (name: string) => string | null;
}

const conflict = (message: string): PointsmanError => new PointsmanError('experiment_conflict', message);

const notFound = (name: string): PointsmanError =>
  new PointsmanError(
    'experiment_not_found',
    `There is no experiment ${JSON.stringify(name)}; GET /v1/experiments lists those there are`,
  );

/** The arm that is to be promoted. */
function candidateOf(body: ExperimentBody, name: string, arm: string | undefined): Candidate | null {
  if (body.kind !== 'ab') return body.candidate;
  const arms = armsOf(body, 0);
  const found = arms.find((one) => one.name === arm);
  if (found !== undefined) return found.candidate;
  const issue = {
    field: 'arm',
    expected: `one of ${arms.map((one) => one.name).join(', ')}, the arms of ${name}`,
    received: JSON.stringify(arm ?? null),
  };
  throw new PointsmanError('invalid_request', describeIssues([issue]), { issues: [issue] });
}

/** What people do with experiments. */
export function createExperimentControl({ ledger, clock, idle = () => null }: ControlParts): ExperimentControl {
  const { experiments } = ledger;

  async function find(name: string): Promise<KeptExperiment> {
    const kept = await experiments.get(name);
    if (kept === undefined) throw notFound(name);
    return kept;
  }

  async function get(name: string): Promise<ExperimentStatus> {
    const kept = await find(name);
    const [results, history, shadow] = await Promise.all([
      experiments.results(name),
      experiments.history(name),
      kept.body.kind === 'shadow' ? shadowResults(ledger, name) : null,
    ]);
    return statusOf(kept, { results, history, shadow, idle: idle(name) });
  }

  async function tryTo(action: ExperimentAction, kept: KeptExperiment, { why, arm }: PromotionAsked): Promise<boolean> {
    const { name, body, state, step } = kept;
    const { from, to, done } = MOVES[action];
    if (action === 'rollback' && body.kind !== 'canary')
      throw conflict(`${name} is no canary: \`end\` ends it, and what is in force decides`);
    if (!from.includes(state))
      throw conflict(`state: expected ${from.join(' or ')} to ${action} ${name}, got ${state}`);
    const promoted =
      action === 'promote'
        ? promotionOf(candidateOf(body, name, arm), triedPolicy(body), await ledger.policies.list())
        : undefined;
    const told = [`${done} by hand`, promoted?.words, why].filter((part) => part !== undefined && part !== '');
    return experiments.move(name, kept, { state: to, step, why: told.join(': '), promotes: promoted?.promotes });
  }

  return {
    list: async () => (await experiments.list()).map((kept) => summaryOf(kept, idle(kept.name))),
    get,
    async put(name, body) {
      await checkExperiment(body, ledger, clock());
      const put = await experiments.put(name, body);
      if (typeof put === 'string') return put === 'started';
      throw conflict(
        `${put.refused.join(', ')}: expected as they are while ${name} runs, as its results rest on them; end it ` +
          'first, or give the new one another name',
      );
    },
    async remove(name) {
      if (!(await experiments.delete(name))) throw notFound(name);
    },
    async act(name, action, asked = {}) {
      for (let tried = 0; tried < TRIES; tried++) if (await tryTo(action, await find(name), asked)) return get(name);
      throw conflict(`${name} moves by itself now; ask again`);
    },
  };
}
