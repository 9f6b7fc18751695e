import { PointsmanError } from '../../base/errors.js';
import { judgeStatus } from '../../judge/status.js';
import { JudgeSettings, JudgeStatus } from '../../schema/judge.js';
import { describeIssues } from '../../schema/parse.js';
import type { Context } from '../context.js';
import { operation, type Operation } from '../kit/operation.js';
import { settingsOperations } from './settings.js';

export function judgeOperations({ ledger, judge }: Pick<Context, 'ledger' | 'judge'>): Operation[] {
  /** Throws for a judge that can't be asked. */
  async function checked(wanted: JudgeSettings): Promise<JudgeSettings> {
    const { model } = wanted;
    if (model === null) return wanted;
    const refuse = (code: 'unknown_model' | 'invalid_request', expected: string): never => {
      const issues = [{ field: 'model', expected, received: JSON.stringify(model) }];
      throw new PointsmanError(code, describeIssues(issues), { issues });
    };
    if ((await ledger.catalog.get(model)) === undefined)
      return refuse('unknown_model', 'the id of a known LLM (see GET /v1/models)');
    const why = judge?.uncallable?.(model);
    return why === undefined ? wanted : refuse('invalid_request', `the id of an LLM that can be called (${why})`);
  }

  return [
    operation({
      method: 'GET',
      path: '/v1/judge',
      tag: 'feedback',
      scope: 'read',
      writes: false,
      summary: 'How answers are judged, what it costs, and how far the judge and people agree',
      description: 'Agreement is of the newest 20,000 verdicts of this judge, mode and rubric.',
      answers: { 200: { description: 'The judge', schema: JudgeStatus } },
      errors: [],
      run: () => judgeStatus({ ledger, backlog: async () => (await judge?.backlog().catch(() => null)) ?? null }),
    }),
    ...settingsOperations(ledger.settings, {
      path: '/v1/judge/settings',
      tag: 'feedback',
      about: 'How answers are judged',
      kind: 'judge',
      schema: JudgeSettings,
      kept: checked,
      errors: ['unknown_model'],
    }),
  ];
}
