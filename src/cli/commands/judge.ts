import { Command, InvalidArgumentError, Option } from 'commander';
import { readFileSync } from 'node:fs';
import { messageOf, PointsmanError } from '../../base/errors.js';
import { JudgeSettings, type JudgeStatus } from '../../schema/judge.js';
import { group } from '../group.js';
import { withInterval } from '../interval.js';
import { integer, number } from '../options.js';
import { answer, print, table } from '../output.js';
import { overApi } from '../target.js';

const SETTINGS = '/v1/judge/settings';
/** Rows of LLMs that are printed at most. */
const MOST_ROWS = 20;

type Shares = Record<string, number | null>;

interface Given {
  enable?: boolean;
  model?: string;
  mode?: JudgeSettings['mode'];
  share?: number;
  uncertainShare?: number;
  budget?: number;
  minPairs?: number;
  rubric?: string;
  policyShare?: Shares;
  keyShare?: Shares;
}

type Estimate = JudgeStatus['agreement']['bias'];

const shown = (estimate: Estimate): string => withInterval(estimate?.value, estimate?.low, estimate?.high);

function show({ enabled, model, mode, today, backlog, agreement, correction }: JudgeStatus): void {
  const { day, spent_usd: spent, budget_usd: budget, judged, dropped } = today;
  const state = enabled ? `${model}, ${mode}` : `off${model === null ? '' : ` (${model}, ${mode})`}`;
  const rows: [string, string][] = [
    ['judge', state],
    [`spent on ${day}`, `$${spent.toFixed(4)} of $${budget}`],
    ['judged · dropped', `${judged} · ${dropped}`],
    ['waiting · being judged', backlog === null ? '–' : `${backlog.waiting} · ${backlog.active}`],
    ['scored by people, too', String(agreement.pairs)],
    ['correlation', shown(agreement.correlation)],
    ['mean difference', shown(agreement.difference)],
    ['bias', shown(agreement.bias)],
    ['bias of what was posted', shown(agreement.posted_bias)],
    [
      'correction',
      correction === null ? 'none yet' : `${correction.intercept.toFixed(3)} + ${correction.slope.toFixed(3)} × score`,
    ],
  ];
  print(table(['', ''], rows).split('\n').slice(2).join('\n'));
  if (agreement.models.length === 0) return;
  const offsets = new Map(correction?.offsets.map(({ model: llm, offset }) => [llm, offset]));
  print();
  print(
    table(
      ['LLM', 'pairs', 'bias', 'of what was posted', 'offset'],
      agreement.models
        .slice(0, MOST_ROWS)
        .map((one) => [
          one.model,
          one.pairs,
          shown(one.bias),
          shown(one.posted_bias),
          offsets.get(one.model)?.toFixed(3) ?? '–',
        ]),
    ),
  );
}

/** Reads `name=share`, again and again; without a share, the name has none of its own any more. */
function shareOf(text: string, before?: Shares): Shares {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError(`expected NAME=SHARE, got ${JSON.stringify(text)}`);
  const [name, share] = [text.slice(0, at), text.slice(at + 1)];
  return { ...before, [name]: share === '' ? null : number(0, 1)(share) };
}

const without = (shares: Shares): Record<string, number> =>
  Object.fromEntries(Object.entries(shares).filter((entry): entry is [string, number] => entry[1] !== null));

function rubricOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new PointsmanError('invalid_file', `${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** The settings with what was given in their place. */
function changed(settings: JudgeSettings, given: Given): object {
  const wanted: Record<string, unknown> = {
    enabled: given.enable,
    model: given.model,
    mode: given.mode,
    share: given.share,
    uncertain_share: given.uncertainShare,
    budget_usd_per_day: given.budget,
    min_pairs: given.minPairs,
    rubric: given.rubric === undefined ? undefined : rubricOf(given.rubric),
  };
  return {
    ...settings,
    ...Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
    by_policy: without({ ...settings.by_policy, ...given.policyShare }),
    by_key: without({ ...settings.by_key, ...given.keyShare }),
  };
}

const STATUS = { json: 'how judging stands, as GET /v1/judge' };

function setCommand(): Command {
  return overApi<Given>(
    new Command('set')
      .description('set how answers are judged; what is not named stays as it is')
      .option('--enable', 'judge answers')
      .option('--no-enable', 'judge none')
      .option('--model <llm>', 'the LLM that judges')
      .addOption(
        new Option('--mode <mode>', 'grade answers by themselves, or compare them with the runner-up’s').choices(
          JudgeSettings.shape.mode.unwrap().options,
        ),
      )
      .option('--share <share>', 'share of answers that is judged', number(0, 1))
      .option('--uncertain-share <share>', 'how much more where the two best are near', number(0, 1))
      .option('--policy-share <name=share>', 'of what a policy decided; `name=` takes it back', shareOf)
      .option('--key-share <id=share>', 'of what a key asked; `id=` takes it back', shareOf)
      .option('--budget <usd>', 'US dollars a day', number(0, 1e6))
      .option(
        '--min-pairs <n>',
        'answers that people scored, too, from which on bias is corrected',
        integer(10, 1_000_000),
      )
      .option('--rubric <file>', 'text that says what grades mean'),
    STATUS,
    async ({ ask }, { json, ...given }) => {
      await ask('PUT', SETTINGS, changed(await ask<JudgeSettings>('GET', SETTINGS), given));
      const now = await ask<JudgeStatus>('GET', '/v1/judge');
      answer(json, now, () => show(now));
    },
  );
}

export function judgeCommand(): Command {
  const status = overApi(
    new Command('status').description('what judging costs, and how far the judge and people agree'),
    STATUS,
    async ({ ask }, { json }) => {
      const now = await ask<JudgeStatus>('GET', '/v1/judge');
      answer(json, now, () => show(now));
    },
  );
  return group('judge', 'an LLM that scores answers', [status, setCommand()]);
}
