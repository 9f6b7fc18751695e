import type { Schemas } from '../../client/index.js';
import { duration, percent, score, usd } from './format.js';
import { Llm, Share } from './parts.js';

type Explanation = Schemas['Explanation'];

/** LLMs that a neighbour's scores are shown of. */
const SCORES_SHOWN = 4;

/** Shares below this are left out. */
const LEAST_SHOWN = 0.01;

/** Who was excluded, and by what. */
export function Excluded({ excluded, more = 0 }: { excluded: Explanation['excluded']; more?: number | undefined }) {
  if (excluded.length === 0) return <p class="muted">Nobody was excluded.</p>;
  return (
    <ul class="list">
      {excluded.map(({ model, reason }) => (
        <li key={model}>
          <Llm id={model} /> <span class="muted">{reason}</span>
        </li>
      ))}
      {more > 0 && <li class="muted">and {more} more</li>}
    </ul>
  );
}

/** The conditions under which the runner-up would win. */
function conditionsOf(runner: Schemas['RunnerUp']): string[] {
  const {
    quality,
    cost_usd: cost,
    latency_ms: latency,
    cost_weight: costWeight,
    latency_weight: latencyWeight,
  } = runner;
  return [
    ...(quality === null ? [] : [`its expected quality were ${score(quality)} or more`]),
    ...(cost === null ? [] : [`it cost less than ${usd(cost)}`]),
    ...(latency === null ? [] : [`it took less than ${duration(latency)}`]),
    ...(costWeight === null ? [] : [`a cent weighed ${score(costWeight)} quality points`]),
    ...(latencyWeight === null ? [] : [`a second weighed ${score(latencyWeight)} quality points`]),
  ];
}

/** What would have to be otherwise, one thing at a time. */
export function WouldChange({ runnerUp }: { runnerUp: Explanation['runner_up'] }) {
  if (runnerUp === null)
    return <p class="muted">Neither quality nor cost decided, or there was nobody else to choose.</p>;
  const conditions = conditionsOf(runnerUp);
  return (
    <>
      <p>
        <Llm id={runnerUp.model} /> comes next, {score(runnerUp.utility_gap)} of utility behind.{' '}
        {conditions.length === 0 ? 'No one change would let it win.' : 'It would win if'}
      </p>
      <ul class="bullets">
        {conditions.map((condition) => (
          <li key={condition}>{condition}</li>
        ))}
      </ul>
    </>
  );
}

/** Logged queries that are most like it, and how LLMs did on them. */
export function Neighbours({ neighbours }: Pick<Explanation, 'neighbours'>) {
  if (neighbours.length === 0) return <p class="muted">Nothing is learned of queries like it yet.</p>;
  return (
    <ul class="list">
      {neighbours.map(({ query, similarity, scores }, i) => (
        <li key={i}>
          <p class="excerpt" title={query}>
            {query}
          </p>
          <p class="row muted">
            <span>{percent(similarity)} alike</span>
            {Object.entries(scores)
              .toSorted(([, a], [, b]) => b - a)
              .slice(0, SCORES_SHOWN)
              .map(([model, value]) => (
                <span key={model}>
                  <Llm id={model} /> {score(value)}
                </span>
              ))}
          </p>
        </li>
      ))}
    </ul>
  );
}

/** What a query looks like: tasks of the log, and kinds that were discovered. */
export function LooksLike({ tasks, kinds }: Pick<Explanation, 'tasks' | 'kinds'>) {
  const shares = [
    ...tasks.map(({ task, probability }) => ({ name: task, probability })),
    ...kinds.map(({ kind, probability }) => ({ name: kind, probability })),
  ].filter(({ probability }) => probability >= LEAST_SHOWN);
  if (shares.length === 0) return <p class="muted">Nothing is learned of its kind yet.</p>;
  return (
    <ul class="list">
      {shares.slice(0, 6).map(({ name, probability }, i) => (
        <li key={i} class="row">
          <Share value={probability} /> <span class="figure-text">{percent(probability)}</span> <span>{name}</span>
        </li>
      ))}
    </ul>
  );
}
