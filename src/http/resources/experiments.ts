import { createExperimentControl } from '../../experiments/control.js';
import { ExperimentBody, ExperimentName } from '../../schema/experiment.js';
import {
  ExperimentAsked,
  ExperimentList,
  ExperimentStatus,
  PromotionAsked,
  type ExperimentAction,
} from '../../schema/experiment-status.js';
import type { Context } from '../context.js';
import { valueReply } from '../kit/answer.js';
import { operation, optionalBody, requiredBody, type Operation } from '../kit/operation.js';

const params = { name: { schema: ExperimentName, description: 'Name of an experiment' } };
const tag = 'experiments';

/** What each of the calls that move an experiment says of itself. */
const ACTIONS: readonly [action: ExperimentAction, summary: string, description: string][] = [
  [
    'promote',
    'Put a candidate, or an arm of an A/B test, in force',
    'A version is activated; the policy whose queries took part has the body of the candidate’s policy, and its LLMs.',
  ],
  ['rollback', 'Roll a canary back', 'What is in force decides all of its queries again.'],
  ['pause', 'Pause an experiment', 'What is in force decides; feedback on earlier decisions goes on counting.'],
  ['resume', 'Resume an experiment', 'Each unit has the arm that it had.'],
  ['end', 'End an experiment', 'What is in force decides again; its results stay.'],
];

export function experimentOperations({
  ledger,
  live,
  decider,
  clock,
}: Pick<Context, 'ledger' | 'live' | 'decider' | 'clock'>): Operation[] {
  const control = createExperimentControl({ ledger, clock, idle: live.experiments.idle });
  /** For the audit log: without results, which nobody changes by asking. */
  async function state({ params: { name } }: { params: { name: string } }): Promise<unknown> {
    const kept = await ledger.experiments.get(name);
    return kept === undefined ? undefined : { body: kept.body, state: kept.state, step: kept.step + 1, why: kept.why };
  }

  const acting = ([action, summary, description]: (typeof ACTIONS)[number]): Operation =>
    operation({
      method: 'POST',
      path: `/v1/experiments/{name}/${action}`,
      tag,
      scope: 'admin',
      writes: ['experiments', 'policies', 'artifacts'],
      state,
      summary,
      description,
      params,
      body: optionalBody(action === 'promote' ? PromotionAsked : ExperimentAsked),
      answers: { 200: { description: 'The experiment', schema: ExperimentStatus } },
      errors: [
        'experiment_not_found',
        'experiment_conflict',
        ...(action === 'promote' ? (['unknown_policy'] as const) : []),
      ],
      run: ({ params: { name }, body }) => control.act(name, action, body),
    });

  return [
    operation({
      method: 'GET',
      path: '/v1/experiments',
      tag,
      scope: 'read',
      writes: false,
      summary: 'List the experiments',
      answers: { 200: { description: 'All experiments, oldest first', schema: ExperimentList } },
      errors: [],
      run: async () => ({ experiments: await control.list() }),
    }),
    operation({
      method: 'GET',
      path: '/v1/experiments/{name}',
      tag,
      scope: 'read',
      writes: false,
      summary: 'Read an experiment with its results',
      params,
      answers: { 200: { description: 'The experiment', schema: ExperimentStatus } },
      errors: ['experiment_not_found'],
      async run({ params: { name } }) {
        await decider.flush();
        return control.get(name);
      },
    }),
    operation({
      method: 'PUT',
      path: '/v1/experiments/{name}',
      tag,
      scope: 'admin',
      writes: ['experiments'],
      state,
      summary: 'Start an experiment, or change one that runs',
      description:
        'One of that name that is over starts anew, without its results. One that runs may change in `description`, ' +
        '`until`, `margins`, `promote`, `stop` and `ask` only. Of a policy’s queries, the oldest canary or A/B test ' +
        'that runs has all; shadows go along.',
      params,
      body: requiredBody(ExperimentBody),
      answers: {
        200: { description: 'Changed', schema: ExperimentStatus },
        201: { description: 'Started', schema: ExperimentStatus },
      },
      errors: ['experiment_conflict', 'unknown_policy', 'version_not_found', 'unknown_model'],
      async run({ params: { name }, body }) {
        const isNew = await control.put(name, body);
        await live.follower.catchUp(['experiments']);
        return valueReply(await control.get(name), { status: isNew ? 201 : 200 });
      },
    }),
    operation({
      method: 'DELETE',
      path: '/v1/experiments/{name}',
      tag,
      scope: 'admin',
      writes: ['experiments'],
      state,
      summary: 'Remove an experiment with its results',
      description: 'One that runs ends with it.',
      params,
      answers: { 204: { description: 'Removed' } },
      errors: ['experiment_not_found'],
      async run({ params: { name } }) {
        await control.remove(name);
        return undefined;
      },
    }),
    ...ACTIONS.map(acting),
  ];
}
