import type { Schemas } from '../../../client/index.js';
import { count, duration, percent, score, usd } from '../../kit/format.js';
import { Badge, Llm, Range } from '../../kit/parts.js';
import { Table, type Column } from '../../kit/table.js';
import { VERDICTS } from './experiment-words.js';

type Arm = Schemas['ArmStatus'];
type Estimate = Schemas['ExperimentEstimate'];

/** The largest end of some intervals: what their bars span. */
const topOf = (arms: readonly Arm[], pick: (arm: Arm) => Estimate): number =>
  Math.max(...arms.map((arm) => pick(arm).high ?? pick(arm).mean ?? 0), 0) || 1;

/** A column of means with their intervals. */
function measured(
  name: string,
  arms: readonly Arm[],
  pick: (arm: Arm) => Estimate,
  format: (v: number) => string,
  to?: number,
): Column<Arm> {
  return {
    name,
    cell: (arm) => {
      const { mean, low, high, n } = pick(arm);
      return (
        <>
          <Range mean={mean} low={low} high={high} to={to ?? topOf(arms, pick)} format={format} />
          <div class="muted figure-text">
            {low === null || high === null ? `of ${count(n)}` : `${format(low)} to ${format(high)}, of ${count(n)}`}
          </div>
        </>
      );
    },
  };
}

/** What is known of each arm, with intervals. */
export function Arms({ arms }: { arms: readonly Arm[] }) {
  const columns: Column<Arm>[] = [
    { name: 'Arm', cell: ({ arm }) => <strong>{arm}</strong> },
    { name: 'Share', cell: ({ share }) => percent(share), isNumber: true },
    {
      name: 'Decisions',
      cell: ({ decisions, apart }) => (
        <>
          {count(decisions)}
          {apart !== decisions && <div class="muted">{count(apart)} apart</div>}
        </>
      ),
      isNumber: true,
    },
    { name: 'Answers', cell: ({ answers }) => count(answers), isNumber: true },
    measured('Quality', arms, ({ quality }) => quality, score, 1),
    measured('Errors', arms, ({ errors }) => errors, percent),
    measured('Latency', arms, ({ latency_ms: latency }) => latency, duration),
    measured('Cost', arms, ({ cost_usd: cost }) => cost, usd),
  ];
  return (
    <div class="stack">
      <Table label="Arms" columns={columns} rows={arms} keyOf={({ arm }) => arm} />
      <div class="figures">
        {arms.map(({ arm, models }) => (
          <div key={arm}>
            <h3>Where the queries of {arm} went</h3>
            {models.length === 0 && <p class="muted">None yet</p>}
            {models.map(({ model, share, decisions }) => (
              <div key={model}>
                <Llm id={model} />{' '}
                <span class="muted">
                  {percent(share)}, {count(decisions)}
                </span>
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** What the test says, which may be looked at any time. */
export function Comparisons({ comparisons }: { comparisons: readonly Schemas['ArmComparison'][] }) {
  return (
    <div class="stack">
      {comparisons.map(({ arm, against, verdict, why, quality, errors, latency, cost }) => (
        <div key={arm} class="stack">
          <div class="row">
            <strong>
              {arm} beside {against}
            </strong>
            <Badge tone={VERDICTS[verdict].tone}>{VERDICTS[verdict].words}</Badge>
            <span>{why}</span>
          </div>
          <ul class="notes">
            {[quality, errors, latency, cost].map(({ words }) => (
              <li key={words}>{words}</li>
            ))}
          </ul>
        </div>
      ))}
      <p class="muted">These intervals hold at all looks together with a chance of 95%, however often one looks.</p>
    </div>
  );
}
