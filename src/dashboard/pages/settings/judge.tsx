import type { Schemas } from '../../../client/index.js';
import { count, score, usd } from '../../kit/format.js';
import { Badge, Card, Figure, Llm, Range } from '../../kit/parts.js';
import { answered } from '../../kit/problem.js';
import { useQuery } from '../../kit/query.js';
import { client } from '../../kit/session.js';
import { Loaded } from '../../kit/states.js';
import { Table } from '../../kit/table.js';
import { SettingsCard } from './card.js';

type Agreement = Schemas['JudgeAgreement'];
type Estimate = Schemas['JudgeEstimate'] | null;

const between = (estimate: Estimate): string =>
  estimate === null ? 'not known' : `${score(estimate.low)} to ${score(estimate.high)}`;

const Bias = ({ of }: { of: Estimate }) => (
  <Range mean={of?.value ?? null} low={of?.low} high={of?.high} from={-0.5} to={0.5} />
);

function AgreementOf({ agreement, minPairs }: { agreement: Agreement; minPairs: string }) {
  const { pairs, correlation, difference, bias, posted_bias: posted, models } = agreement;
  if (pairs === 0)
    return (
      <p class="muted">
        No answer has both a judge’s score and a person’s yet. Once there are some, how far both agree stands here.
      </p>
    );
  return (
    <div class="stack">
      <div class="figures">
        <Figure label="Answers that both scored" value={count(pairs)} note={minPairs} />
        <Figure label="Correlation" value={score(correlation?.value)} note={between(correlation)} />
        <Figure label="Mean difference" value={score(difference?.value)} note={between(difference)} />
        <Figure label="Bias, before correction" value={score(bias?.value)} note={between(bias)} />
        <Figure label="Bias as posted" value={score(posted?.value)} note={between(posted)} />
      </div>
      {models.length > 0 && (
        <Table
          label="Agreement by the LLM that answered"
          rows={models}
          keyOf={({ model }) => model}
          columns={[
            { name: 'LLM', cell: ({ model }) => <Llm id={model} /> },
            { name: 'Answers', cell: (row) => count(row.pairs), by: (row) => row.pairs, isNumber: true },
            { name: 'Bias', cell: (row) => <Bias of={row.bias} /> },
            { name: 'Bias as posted', cell: (row) => <Bias of={row.posted_bias} /> },
          ]}
        />
      )}
    </div>
  );
}

function Status({ judge }: { judge: Schemas['JudgeStatus'] }) {
  const { today, backlog, correction } = judge;
  return (
    <div class="stack">
      <div class="row">
        <Badge tone={judge.enabled ? 'good' : 'info'}>{judge.enabled ? 'judging' : 'off'}</Badge>
        {judge.model !== null && <Llm id={judge.model} />}
        <span class="muted">{judge.mode}</span>
      </div>
      <div class="figures">
        <Figure
          label="Spent today"
          value={usd(today.spent_usd)}
          note={`of ${usd(today.budget_usd)}, ${today.day} UTC`}
        />
        <Figure label="Judged today" value={count(today.judged)} note={`${count(today.dropped)} dropped`} />
        <Figure
          label="Waiting"
          value={backlog === null ? '–' : count(backlog.waiting)}
          note={backlog === null ? 'the queue can’t be reached' : `${count(backlog.active)} being judged`}
        />
        <Figure
          label="Correction"
          value={correction === null ? 'none' : `${score(correction.intercept)} + ${score(correction.slope)} × score`}
          note={correction === null ? 'too few answers that people scored too' : 'of the judge’s scores'}
        />
      </div>
      <AgreementOf
        agreement={judge.agreement}
        minPairs={correction === null ? 'its bias is corrected from min pairs on' : 'its bias is corrected'}
      />
    </div>
  );
}

export function JudgeTab() {
  const query = useQuery((signal) => answered(client.GET('/v1/judge', { signal })), [], {
    follows: ['settings', 'feedback'],
    pauseMs: 10_000,
  });
  return (
    <div class="grid">
      <Card title="The judge, and how far people agree">
        <Loaded query={query}>{(judge) => <Status judge={judge} />}</Loaded>
      </Card>
      <SettingsCard path="/v1/judge/settings" title="How answers are judged" />
    </div>
  );
}
