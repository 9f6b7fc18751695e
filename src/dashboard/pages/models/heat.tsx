import type { Schemas } from '../../../client/index.js';
import { score } from '../../kit/format.js';
import { Llm } from '../../kit/parts.js';
import { Empty } from '../../kit/states.js';

type Estimate = Schemas['ScoreEstimate'];

/** How much of the accent a cell may have, so that its text stays readable. */
const MOST = 48;

/** A colour between the surface and the accent: `share` is in [0, 1]. */
export const heat = (share: number, colour = '--accent'): string =>
  `color-mix(in srgb, var(${colour}) ${Math.round(MOST * Math.min(1, Math.max(0, share)))}%, var(--surface))`;

function Cell({ value, from, to, isBest }: { value: Estimate | null; from: number; to: number; isBest: boolean }) {
  if (value === null) return <td class="muted">–</td>;
  const { score: mean, low, high, answers } = value;
  const words = `${score(low)} to ${score(high)}, of ${answers} answers${isBest ? '; the best here' : ''}`;
  return (
    <td class={isBest ? 'best' : ''} title={words} style={{ background: heat((mean - from) / (to - from || 1)) }}>
      {score(mean)}
      {isBest && <span aria-hidden="true"> ★</span>}
      <small>±{((high - low) / 2).toFixed(3)}</small>
      <span class="unseen">{words}</span>
    </td>
  );
}

/** What each LLM is expected to do on each task or kind of query: a table whose cells are coloured. */
export function HeatMap({ list: { groups, models }, by }: { list: Schemas['StrengthList']; by: 'task' | 'kind' }) {
  if (groups.length === 0)
    return (
      <Empty title={by === 'task' ? 'No task is known' : 'No kind was discovered yet'}>
        {by === 'task'
          ? 'Tasks come with the log: {"query": …, "model": …, "score": …, "task": "support"}'
          : 'Kinds of query are discovered in training.'}
      </Empty>
    );
  const scores = models.flatMap((one) => one.groups.flatMap((own) => (own === null ? [] : [own.score])));
  const [from, to] = [Math.min(...scores), Math.max(...scores)];
  const best = groups.map((_, g) => Math.max(...models.map((one) => one.groups[g]?.score ?? -Infinity)));
  const label = `Expected quality by ${by === 'task' ? 'task' : 'kind of query'}`;
  return (
    <div class="table" role="region" aria-label={label} tabIndex={0}>
      <table class="heat">
        <caption class="unseen">{label}</caption>
        <thead>
          <tr>
            <th scope="col">LLM</th>
            {groups.map((group) => (
              <th key={group} scope="col">
                {group}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {models
            .toSorted((a, b) => b.overall.score - a.overall.score)
            .map(({ model, groups: own }) => (
              <tr key={model}>
                <th scope="row">
                  <Llm id={model} />
                </th>
                {own.map((value, g) => (
                  <Cell key={groups[g]} value={value} from={from} to={to} isBest={value?.score === best[g]} />
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
